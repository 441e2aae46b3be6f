import { quoted } from "./opaque.ts";

/** The longest text that may be an address, with room to spare: longer ones are not looked through. */
const maxText = 4096;
const ipv6Bytes = 16;

/**
 * Why a text is no IP address, in the words of Go's net/netip, which messages of expressions repeat; undefined where
 * nothing of that kind is wrong with it.
 */
export function addressFault(text: string): string | undefined {
  const why = text.length > maxText ? "unable to parse IP" : reason(text);
  return why === undefined ? undefined : `ParseAddr(${quoted(text)}): ${why}`;
}

/** The same for a range of addresses. */
export function prefixFault(text: string): string | undefined {
  const why = prefixReason(text);
  return why === undefined ? undefined : `netip.ParsePrefix(${quoted(text)}): ${why}`;
}

function prefixReason(text: string): string | undefined {
  const slash = text.lastIndexOf("/");
  if (slash < 0) return "no '/'";
  const address = text.slice(0, slash);
  const wrong = addressFault(address);
  if (wrong !== undefined) return wrong;
  if (address.includes("%")) return "IPv6 zones cannot be present in a prefix";
  const bits = text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]*)$/.test(bits) || Number(bits) > Number.MAX_SAFE_INTEGER) return `bad bits after slash: ${quoted(bits)}`;
  return Number(bits) > (address.includes(":") ? 128 : 32) ? "prefix length out of range" : undefined;
}

/** The first of these characters says what the text is meant to be. */
function reason(text: string): string | undefined {
  switch (/[.:%]/.exec(text)?.[0]) {
    case ".":
      return ipv4Reason(text);
    case ":":
      return ipv6Reason(text);
    case "%":
      return "missing IPv6 address";
    default:
      return "unable to parse IP";
  }
}

const at = (why: string, rest: string): string => `${why} (at ${quoted(rest)})`;

function ipv4Reason(text: string): string | undefined {
  let dots = 0;
  let octet = "";
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character >= "0" && character <= "9") {
      if (octet === "0") return "IPv4 field has octet with leading zero";
      octet += character;
      if (Number(octet) > 255) return "IPv4 field has value >255";
    } else if (character === ".") {
      if (octet === "" || i === text.length - 1) return at("IPv4 field must have at least one digit", text.slice(i));
      if (dots === 3) return "IPv4 address too long";
      dots++;
      octet = "";
    } else {
      return at("unexpected character", text.slice(i));
    }
  }
  return dots < 3 ? "IPv4 address too short" : undefined;
}

function ipv6Reason(text: string): string | undefined {
  const zone = text.indexOf("%");
  if (zone === text.length - 1) return "zone must be a non-empty string";
  let rest = zone < 0 ? text : text.slice(0, zone);
  let bytes = 0;
  let ellipsis = rest.startsWith("::");
  if (ellipsis) rest = rest.slice(2);
  if (ellipsis && rest === "") return undefined;
  while (bytes < ipv6Bytes) {
    const group = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? "";
    if (group.length > 4) return at("each group must have 4 or less digits", rest);
    if (group === "") return at("each colon-separated field must have at least one digit", rest);
    if (rest.charAt(group.length) === ".") {
      if (!ellipsis && bytes !== 12) return at("embedded IPv4 address must replace the final 2 fields of the address", rest);
      if (bytes + 4 > ipv6Bytes) return at("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
      const wrong = ipv4Reason(rest);
      if (wrong !== undefined) return wrong;
      rest = "";
      bytes += 4;
      break;
    }
    bytes += 2;
    rest = rest.slice(group.length);
    if (rest === "") break;
    if (!rest.startsWith(":")) return at("unexpected character, want colon", rest);
    if (rest === ":") return at("colon must be followed by more characters", rest);
    rest = rest.slice(1);
    if (!rest.startsWith(":")) continue;
    if (ellipsis) return at("multiple :: in address", rest);
    ellipsis = true;
    rest = rest.slice(1);
    if (rest === "") break;
  }
  if (rest !== "") return at("trailing garbage after address", rest);
  if (bytes < ipv6Bytes) return ellipsis ? undefined : "address string too short";
  return ellipsis ? "the :: must expand to at least one field of zeros" : undefined;
}
