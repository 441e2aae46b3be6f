import { formatIp, parseIpSloppy, unmapIp } from "../object/ip.ts";
import type { ApiRequest } from "../request/exchange.ts";

/** Addresses of a forwarded chain that are written down; more is made up. */
const MAX_HOPS = 32;

/** How the listener writes most addresses, which is canonical already. */
const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/**
 * Whom a request came from, as the original tells it: what X-Forwarded-For and X-Real-Ip say, then the peer, which is
 * the only one that cannot be made up.
 */
export function sourceIps({ headers, peer }: ApiRequest): readonly string[] {
  const forwarded = headers["x-forwarded-for"];
  const real = headers["x-real-ip"];
  const address = IPV4.test(peer.address) ? peer.address : canonical(peer.address);
  if (forwarded === undefined && real === undefined) return address === undefined ? [] : [address];
  const found: string[] = [];
  for (const part of first(forwarded).split(",", MAX_HOPS)) {
    const ip = canonical(part.trim());
    if (ip !== undefined) found.push(ip);
  }
  const realIp = canonical(first(real).trim());
  if (realIp !== undefined && !found.includes(realIp)) found.push(realIp);
  if (address !== undefined && found.at(-1) !== address) found.push(address);
  return found;
}

function first(header: string | readonly string[] | undefined): string {
  return typeof header === "string" ? header : (header?.[0] ?? "");
}

function canonical(text: string): string | undefined {
  const ip = parseIpSloppy(text);
  return ip === undefined ? undefined : formatIp(unmapIp(ip));
}
