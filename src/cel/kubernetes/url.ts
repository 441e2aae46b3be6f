import { percentEncoded } from "../../object/percent-encoded.ts";
import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { typeConstant } from "../library/standard.ts";
import { EntryMap } from "../map.ts";
import { boolType, listType, mapType, opaqueType, stringType } from "../types.ts";
import { EvalError, List } from "../value.ts";
import type { Value } from "../value.ts";
import { opaqueKind, quoted } from "./opaque.ts";

/** An absolute URI or path, taken apart as Go does it: nothing is normalised, default ports stay. */
interface Url {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** The type of URLs. */
export const urlKind = opaqueKind<Url>(opaqueType("kubernetes.URL"), (a, b) => a.text === b.text);
const URI = urlKind.type;

/**
 * Takes a URI apart; a string is the reason why it is none. As a request's, what begins with two slashes is a path; as
 * a reference, a host comes there.
 */
function parseUrl(text: string, as: "request" | "reference"): Url | string {
  if (text === "") return "empty url";
  // eslint-disable-next-line no-control-regex -- these are what a URI must not have
  if (/[\u0000-\u001f\u007f]/.test(text)) return "net/url: invalid control character in URL";
  if (text.startsWith(":")) return "missing protocol scheme";
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? "";
  const afterScheme = scheme === "" ? text : text.slice(scheme.length + 1);
  const mark = afterScheme.indexOf("?");
  const query = mark < 0 ? "" : afterScheme.slice(mark + 1);
  let rest = mark < 0 ? afterScheme : afterScheme.slice(0, mark);
  const url = { text, scheme: scheme.toLowerCase(), query };
  if (!rest.startsWith("/")) {
    // a URI without a slash, such as mailto:x, is opaque to us
    return scheme === "" ? "invalid URI for request" : { ...url, host: "", path: "" };
  }
  let host = "";
  if ((scheme !== "" || (as === "reference" && !rest.startsWith("///"))) && rest.startsWith("//")) {
    const slash = rest.indexOf("/", 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? "" : rest.slice(slash);
    const at = authority.lastIndexOf("@");
    host = authority.slice(at + 1);
    const wrong = hostFault(host);
    if (wrong !== undefined) return wrong;
    if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, Math.max(at, 0)))) return "net/url: invalid userinfo";
  }
  return escapeFault(rest) ?? { ...url, host, path: rest };
}

function escapeFault(text: string): string | undefined {
  const escape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text)?.[0];
  return escape === undefined ? undefined : `invalid URL escape ${quoted(escape)}`;
}

/** Takes a URI apart that is a request's; only then what comes after # is not part of it. */
function splitUrl(text: string): Url | string {
  const [main = "", ...fragment] = text.split("#");
  const wrong = urlFault(text);
  if (wrong !== undefined) return wrong;
  const parsed = parseUrl(main, "reference");
  if (typeof parsed === "string") return `parse ${quoted(main)}: ${parsed}`;
  const fault = escapeFault(fragment.join("#"));
  return fault === undefined ? { ...parsed, text } : `parse ${quoted(text)}: ${fault}`;
}

function hostFault(host: string): string | undefined {
  const bracket = host.startsWith("[") ? host.lastIndexOf("]") : -1;
  if (host.startsWith("[") && bracket < 0) return "missing ']' in host";
  const port = bracket >= 0 ? host.slice(bracket + 1) : host.includes(":") ? host.slice(host.lastIndexOf(":")) : "";
  if (!/^(:[0-9]*)?$/.test(port)) return `invalid port ${quoted(port)} after host`;
  // Of a host only what is no ASCII may be escaped, and the sign itself.
  const escape = /%(?![89A-Fa-f][0-9A-Fa-f]|25).{0,2}/s.exec(host)?.[0];
  if (escape !== undefined) return `invalid URL escape ${quoted(escape)}`;
  const bad = /[\s\\^`{|}]/.exec(host)?.[0];
  return bad === undefined ? undefined : `invalid character ${quoted(bad)} in host name`;
}

function hostname(host: string): string {
  if (host.startsWith("[")) return host.slice(1, host.lastIndexOf("]"));
  return host.replace(/:[0-9]*$/, "");
}

function port(host: string): string {
  return /:([0-9]*)$/.exec(host.startsWith("[") ? host.slice(host.lastIndexOf("]") + 1) : host)?.[1] ?? "";
}

/** The path with what must be escaped escaped; a path that already is valid stays as it is. */
function escapedPath(path: string): string {
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]%/]*$/.test(path)) return path;
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@%]/gu, percentEncoded);
}

function queryMap(query: string): Value {
  const values = new Map<string, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const equals = pair.indexOf("=");
    const key = unescape(equals < 0 ? pair : pair.slice(0, equals));
    const value = unescape(equals < 0 ? "" : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const map = new EntryMap();
  for (const [key, list] of values) map.add(key, new List(list));
  return map;
}

function unescape(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes: Buffer[] = [];
  for (const part of text.replaceAll("+", " ").match(/%[0-9A-Fa-f]{2}|[^%]+/g) ?? []) {
    bytes.push(part.startsWith("%") ? Buffer.from(part.slice(1), "hex") : Buffer.from(part));
  }
  return Buffer.concat(bytes).toString();
}

function toUrl(text: Value | undefined): Value {
  const parsed = splitUrl(text as string);
  if (typeof parsed === "string") throw new EvalError(`URL parse error during conversion from string: ${parsed}`);
  return urlKind.wrap(parsed);
}

function part(name: string, id: string, read: (url: Url) => string): FunctionDeclaration {
  return fn(name, [memberOverload(id, [URI], stringType, (a) => read(urlKind.unwrap(a)))]);
}

/** What is wrong with a text as an absolute URI or path; undefined for a good one. */
export function urlFault(text: string): string | undefined {
  const parsed = parseUrl(text, "request");
  return typeof parsed === "string" ? `parse ${quoted(text)}: ${parsed}` : undefined;
}

/** URLs: url("https://a:80/b?c=d").getHost() and the rest. */
export const urlLibrary: Library = {
  constants: new Map([[URI.name, typeConstant(URI)]]),
  functions: [
    fn("url", [globalOverload("string_to_url", [stringType], URI, toUrl)]),
    fn("isURL", [globalOverload("is_url_string", [stringType], boolType, (a) => urlFault(a as string) === undefined)]),
    part("getScheme", "url_get_scheme", (url) => url.scheme),
    part("getHost", "url_get_host", (url) => url.host),
    part("getHostname", "url_get_hostname", (url) => hostname(url.host)),
    part("getPort", "url_get_port", (url) => port(url.host)),
    part("getEscapedPath", "url_get_escaped_path", (url) => escapedPath(url.path)),
    fn("getQuery", [
      memberOverload("url_get_query", [URI], mapType(stringType, listType(stringType)), (a) => queryMap(urlKind.unwrap(a).query)),
    ]),
  ],
};
