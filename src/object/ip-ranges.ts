import type { IpAddress } from "./ip.ts";

function top(address: IpAddress, bits: number): bigint {
  return address.value >> BigInt((address.family === 4 ? 32 : 128) - bits);
}

// Ranges of addresses that are not of any one host, or not beyond the own link (RFC 6890, RFC 4291).

/** 0.0.0.0 or ::. */
export const isUnspecified = (a: IpAddress): boolean => a.value === 0n;
/** 127.0.0.0/8 or ::1. */
export const isLoopback = (a: IpAddress): boolean => (a.family === 4 ? top(a, 8) === 127n : a.value === 1n);
/** 169.254.0.0/16 or fe80::/10. */
export const isLinkLocalUnicast = (a: IpAddress): boolean => (a.family === 4 ? top(a, 16) === 0xa9fen : top(a, 10) === 0xfe80n >> 6n);
/** 224.0.0.0/24 or ff02::/16. Of IPv6, the third hexadecimal digit is flags and the fourth the scope (RFC 4291): any flags count. */
export const isLinkLocalMulticast = (a: IpAddress): boolean =>
  a.family === 4 ? top(a, 24) === 0xe00000n : (top(a, 16) & 0xff0fn) === 0xff02n;
const isMulticast = (a: IpAddress): boolean => (a.family === 4 ? top(a, 4) === 0xen : top(a, 8) === 0xffn);
const isBroadcast = (a: IpAddress): boolean => a.family === 4 && a.value === 0xffffffffn;

/** Whether an address is of one host, and leads further than the own link. */
export function isGlobalUnicast(a: IpAddress): boolean {
  return !isUnspecified(a) && !isBroadcast(a) && !isLoopback(a) && !isMulticast(a) && !isLinkLocalUnicast(a);
}
