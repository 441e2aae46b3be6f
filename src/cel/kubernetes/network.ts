import { cidrContains, firstOfCidr, formatIp, isMappedIp, parseCidr, parseIp } from "../../object/ip.ts";
import { isGlobalUnicast, isLinkLocalMulticast, isLinkLocalUnicast, isLoopback, isUnspecified } from "../../object/ip-ranges.ts";
import type { Cidr, IpAddress } from "../../object/ip.ts";
import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { typeConstant } from "../library/standard.ts";
import { boolType, intType, opaqueType, stringType } from "../types.ts";
import { EvalError, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";
import { addressFault, prefixFault } from "./address-fault.ts";
import { opaqueKind, quoted } from "./opaque.ts";

const sameIp = (a: IpAddress, b: IpAddress): boolean => a.family === b.family && a.value === b.value;
const bytesOf = (address: IpAddress): number => (address.family === 4 ? 4 : 16);

const ipKind = opaqueKind<IpAddress>(opaqueType("net.IP"), sameIp, bytesOf);
const cidrKind = opaqueKind<Cidr>(
  opaqueType("net.CIDR"),
  (a, b) => a.prefix === b.prefix && sameIp(a.address, b.address),
  (cidr) => Math.ceil(cidr.prefix / 8),
);

const IP = ipKind.type;
const CIDR = cidrKind.type;

/** An address, or the message why a text is none. */
function readIp(text: string): IpAddress | string {
  const address = parseIp(text);
  if (address !== undefined) return isMappedIp(address) ? `IPv4-mapped IPv6 address ${quoted(text)} is not allowed` : address;
  const wrong = addressFault(text);
  return wrong === undefined
    ? `IP address ${quoted(text)} with zone value is not allowed`
    : `IP Address ${quoted(text)} parse error during conversion from string: ${wrong}`;
}

const rangeFault = "network address parse error during conversion from string:";

function readCidr(text: string): Cidr | string {
  const cidr = parseCidr(text);
  // Both who reads it and who converts it say what is wrong.
  if (cidr === undefined) return `${rangeFault} ${rangeFault} ${prefixFault(text) ?? "unable to parse"}`;
  return isMappedIp(cidr.address) ? `${rangeFault} IPv4-mapped IPv6 address ${quoted(text)} is not allowed` : cidr;
}

function orFault<T extends object>(read: T | string): T {
  if (typeof read === "string") throw new EvalError(read);
  return read;
}

const toIp = (value: Value | undefined): IpAddress => orFault(readIp(value as string));
const toCidr = (value: Value | undefined): Cidr => orFault(readCidr(value as string));
const ip = ipKind.unwrap;
const cidr = cidrKind.unwrap;

function property(name: string, id: string, holds: (address: IpAddress) => boolean): FunctionDeclaration {
  return fn(name, [memberOverload(id, [IP], boolType, (a) => holds(ip(a)))]);
}

/** A text that is no address is to this function like a value of another type. */
function containsText(outer: Cidr, text: Value | undefined): boolean {
  const address = readIp(text as string);
  if (typeof address === "string") throw noSuchOverload();
  return cidrContains(outer, address);
}

function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.address.family === inner.address.family && outer.prefix <= inner.prefix && cidrContains(outer, inner.address);
}

const showCidr = (value: Cidr): string => `${formatIp(value.address)}/${value.prefix}`;

function masked(value: Cidr): Value {
  return cidrKind.wrap({ ...value, address: firstOfCidr(value) });
}

/** IP addresses and ranges of them. */
export const networkLibrary: Library = {
  constants: new Map([
    [IP.name, typeConstant(IP)],
    [CIDR.name, typeConstant(CIDR)],
  ]),
  functions: [
    fn("ip", [
      globalOverload("string_to_ip", [stringType], IP, (a) => ipKind.wrap(toIp(a))),
      memberOverload("cidr_ip", [CIDR], IP, (a) => ipKind.wrap(cidr(a).address)),
    ]),
    fn("isIP", [globalOverload("is_ip", [stringType], boolType, (a) => typeof readIp(a as string) !== "string")]),
    fn("ip.isCanonical", [globalOverload("ip_is_canonical", [stringType], boolType, (a) => formatIp(toIp(a)) === a)]),
    fn("family", [memberOverload("ip_family", [IP], intType, (a) => ip(a).family)]),
    property("isUnspecified", "ip_is_unspecified", isUnspecified),
    property("isLoopback", "ip_is_loopback", isLoopback),
    property("isLinkLocalMulticast", "ip_is_link_local_multicast", isLinkLocalMulticast),
    property("isLinkLocalUnicast", "ip_is_link_local_unicast", isLinkLocalUnicast),
    property("isGlobalUnicast", "ip_is_global_unicast", isGlobalUnicast),
    fn("cidr", [globalOverload("string_to_cidr", [stringType], CIDR, (a) => cidrKind.wrap(toCidr(a)))]),
    fn("isCIDR", [globalOverload("is_cidr", [stringType], boolType, (a) => typeof readCidr(a as string) !== "string")]),
    fn("containsIP", [
      memberOverload("cidr_contains_ip_string", [CIDR, stringType], boolType, (a, b) => containsText(cidr(a), b)),
      memberOverload("cidr_contains_ip_ip", [CIDR, IP], boolType, (a, b) => cidrContains(cidr(a), ip(b))),
    ]),
    fn("containsCIDR", [
      memberOverload("cidr_contains_cidr_string", [CIDR, stringType], boolType, (a, b) => contains(cidr(a), toCidr(b))),
      memberOverload("cidr_contains_cidr", [CIDR, CIDR], boolType, (a, b) => contains(cidr(a), cidr(b))),
    ]),
    fn("prefixLength", [memberOverload("cidr_prefix_length", [CIDR], intType, (a) => cidr(a).prefix)]),
    fn("masked", [memberOverload("cidr_masked", [CIDR], CIDR, (a) => masked(cidr(a)))]),
    fn("string", [
      globalOverload("ip_to_string", [IP], stringType, (a) => formatIp(ip(a))),
      globalOverload("cidr_to_string", [CIDR], stringType, (a) => showCidr(cidr(a))),
    ]),
  ],
};
