import type { IpAddress } from "./ip.ts";

function top(address: IpAddress, bits: number): bigint {
  return address.value >> BigInt((address.family === 4 ? 32 : 128) - bits);
}

export const isUnspecified = (a: IpAddress): boolean => a.value === 0n;
export const isLoopback = (a: IpAddress): boolean => (a.family === 4 ? top(a, 8) === 127n : a.value === 1n);
export const isLinkLocalUnicast = (a: IpAddress): boolean => (a.family === 4 ? top(a, 16) === 0xa9fen : top(a, 10) === 0xfe80n >> 6n);
export const isLinkLocalMulticast = (a: IpAddress): boolean => (a.family === 4 ? top(a, 24) === 0xe00000n : top(a, 16) === 0xff02n);
const isMulticast = (a: IpAddress): boolean => (a.family === 4 ? top(a, 4) === 0xen : top(a, 8) === 0xffn);
const isBroadcast = (a: IpAddress): boolean => a.family === 4 && a.value === 0xffffffffn;

/** Whether an address is of one host, and leads further than the own link. */
export function isGlobalUnicast(a: IpAddress): boolean {
  return !isUnspecified(a) && !isBroadcast(a) && !isLoopback(a) && !isMulticast(a) && !isLinkLocalUnicast(a);
}
