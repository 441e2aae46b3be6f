/** An IP address as a number; IPv4-mapped IPv6 addresses stay IPv6 and say so. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A range of addresses: the address as written, and the length of its prefix. */
export interface Cidr {
  readonly address: IpAddress;
  readonly prefix: number;
}

/** Messages for texts that are no address or range, as clients know them. */
const ipMessages = {
  address: "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
  cidr: "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
  addressZeros: "must not have leading 0s",
  cidrZeros: "must not have leading 0s in IP or prefix length",
  addressMapped: "must not be an IPv4-mapped IPv6 address",
  cidrMapped: "must not have an IPv4-mapped IPv6 address",
  hostBits: "must not have bits set beyond the prefix length",
} as const;

const bitsOf = { 4: 32, 6: 128 } as const;
const mappedPrefix = 0xffffn;

/** What a text is as an address; `legacy` ones have leading zeros in an IPv4 part, which stored objects may have. */
interface ParsedIp extends IpAddress {
  readonly legacy: boolean;
}

/** Reads an address, leading zeros and all; undefined for anything else (zones included). */
export function parseIpSloppy(text: string): ParsedIp | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Reads an address without leading zeros in IPv4 parts; undefined for anything else. */
export function parseIp(text: string): IpAddress | undefined {
  const parsed = parseIpSloppy(text);
  return parsed === undefined || parsed.legacy ? undefined : parsed;
}

/** Whether an IPv6 address only carries an IPv4 one (::ffff:1.2.3.4). */
export function isMappedIp(address: IpAddress): boolean {
  return address.family === 6 && address.value >> 32n === mappedPrefix;
}

/** The IPv4 address that a mapped one carries, and any other address itself. */
export function unmapIp(address: IpAddress): IpAddress {
  return isMappedIp(address) ? { family: 4, value: address.value & 0xffffffffn } : address;
}

/** The canonical text (RFC 5952). */
export function formatIp(address: IpAddress): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (address.value >> shift) & 255n).join(".");
  }
  if (isMappedIp(address)) return `::ffff:${formatIp(unmapIp(address))}`;
  const groups = Array.from({ length: 8 }, (_, i) => ((address.value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const zeros = longestZeros(groups);
  if (zeros === undefined) return groups.join(":");
  return `${groups.slice(0, zeros.start).join(":")}::${groups.slice(zeros.end).join(":")}`;
}

/** A host and a port in one text: an IPv6 address in brackets. */
export function hostPort(host: string, port: number | string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads a range, leading zeros and all; undefined for anything else. `legacy` tells of leading zeros. */
export function parseCidrSloppy(text: string): (Cidr & { readonly legacy: boolean }) | undefined {
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const address = parseIpSloppy(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^[0-9]{1,9}$/.test(digits)) return undefined;
  const prefix = Number(digits);
  if (prefix > bitsOf[address.family]) return undefined;
  return { address, prefix, legacy: address.legacy || (digits.length > 1 && digits.startsWith("0")) };
}

/** Reads a range without leading zeros; bits beyond the prefix may be set. Undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const parsed = parseCidrSloppy(text);
  return parsed === undefined || parsed.legacy ? undefined : parsed;
}

/** The canonical text of a range: its first address and its prefix. */
export function formatCidr(cidr: Cidr): string {
  return `${formatIp(firstOfCidr(cidr))}/${cidr.prefix}`;
}

/** The lowest address of a range. */
export function firstOfCidr(cidr: Cidr): IpAddress {
  const bits = hostBits(cidr);
  return { family: cidr.address.family, value: (cidr.address.value >> bits) << bits };
}

/** The highest address of a range. */
export function lastOfCidr(cidr: Cidr): IpAddress {
  return { family: cidr.address.family, value: firstOfCidr(cidr).value | ((1n << hostBits(cidr)) - 1n) };
}

/** How many addresses a range has. */
export function sizeOfCidr(cidr: Cidr): bigint {
  return 1n << hostBits(cidr);
}

/** Whether an address lies in a range. */
export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  if (cidr.address.family !== address.family) return false;
  const bits = hostBits(cidr);
  return cidr.address.value >> bits === address.value >> bits;
}

/** Whether two ranges share addresses. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, firstOfCidr(b)) || cidrContains(b, firstOfCidr(a));
}

/** What is wrong with a text as an address of an older field, which any form but an ambiguous one may be in (KEP-4858). */
export function legacyIpRules(text: string): string[] {
  const parsed = parseIpSloppy(text);
  if (parsed === undefined) return [ipMessages.address];
  if (parsed.legacy) return [ipMessages.addressZeros];
  return isMappedIp(parsed) ? [ipMessages.addressMapped] : [];
}

/** What is wrong with a text as an address of a strict field, the canonical form included. */
export function ipRules(text: string): string[] {
  const messages = legacyIpRules(text);
  const parsed = parseIpSloppy(text);
  return messages.length > 0 || parsed === undefined ? messages : canonicalRule(text, formatIp(parsed));
}

/** What is wrong with a text as a range of an older field, which any form but an ambiguous one may be in (KEP-4858). */
export function legacyCidrRules(text: string): string[] {
  const parsed = parseCidrSloppy(text);
  if (parsed === undefined) return [ipMessages.cidr];
  if (parsed.legacy) return [ipMessages.cidrZeros];
  if (isMappedIp(parsed.address)) return [ipMessages.cidrMapped];
  return firstOfCidr(parsed).value === parsed.address.value ? [] : [ipMessages.hostBits];
}

/** What is wrong with a text as a range of a strict field, the canonical form included. */
export function cidrRules(text: string): string[] {
  const messages = legacyCidrRules(text);
  const parsed = parseCidrSloppy(text);
  return messages.length > 0 || parsed === undefined ? messages : canonicalRule(text, formatCidr(parsed));
}

/** What is wrong with a text as the address of an interface with its prefix, the canonical form included. */
export function interfaceAddressRules(text: string): string[] {
  const parsed = parseCidrSloppy(text);
  if (parsed === undefined) return ["must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"];
  return canonicalRule(text, `${formatIp(unmapIp(parsed.address))}/${parsed.prefix}`);
}

function canonicalRule(text: string, canonical: string): string[] {
  return text === canonical ? [] : [`must be in canonical form ("${canonical}")`];
}

function hostBits(cidr: Cidr): bigint {
  return BigInt(bitsOf[cidr.address.family] - cidr.prefix);
}

function parseIpv4(text: string): ParsedIp | undefined {
  const parts = text.split(".", 5);
  if (parts.length !== 4) return undefined;
  let value = 0n;
  let legacy = false;
  for (const part of parts) {
    // However many zeros lead, the number is decimal: that is how the original has always read them.
    const match = /^0*([0-9]{1,3})$/.exec(part);
    if (match === null || Number(match[1]) > 255) return undefined;
    legacy ||= part.length > 1 && part.startsWith("0");
    value = (value << 8n) | BigInt(match[1] ?? 0);
  }
  return { family: 4, value, legacy };
}

function parseIpv6(text: string): ParsedIp | undefined {
  if (text.length > 64) return undefined;
  const halves = text.split("::", 3);
  if (halves.length > 2) return undefined;
  const head = ipv6Groups(halves[0] ?? "", halves.length === 1);
  const tail = ipv6Groups(halves[1] ?? "", true);
  if (head === undefined || tail === undefined) return undefined;
  const count = head.groups.length + tail.groups.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  const groups = [...head.groups, ...Array.from({ length: 8 - count }, () => 0n), ...tail.groups];
  return {
    family: 6,
    value: groups.reduce((value, group) => (value << 16n) | group, 0n),
    legacy: head.legacy || tail.legacy,
  };
}

/** The 16-bit groups of one side of `::`; the last side may end in an IPv4 address. */
function ipv6Groups(text: string, last: boolean): { readonly groups: bigint[]; readonly legacy: boolean } | undefined {
  const groups: bigint[] = [];
  let legacy = false;
  if (text === "") return { groups, legacy };
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const embedded = last && i === parts.length - 1 && part.includes(".") ? parseIpv4(part) : undefined;
    if (embedded === undefined) return undefined;
    legacy ||= embedded.legacy;
    groups.push(embedded.value >> 16n, embedded.value & 0xffffn);
  }
  return { groups, legacy };
}

/** The longest run of at least two zero groups, the first of equals. */
function longestZeros(groups: readonly string[]): { readonly start: number; readonly end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === "0") end++;
    if (end - start >= 2 && (best === undefined || end - start > best.end - best.start)) best = { start, end };
  }
  return best;
}
