import { cidrContains, parseCidr, parseIp, unmapIp } from "../object/ip.ts";

/**
 * Whether a connection may come from an address, by the networks (CIDRs) that are allowed; no network allows all. IPv4
 * over a socket of IPv6 (::ffff:10.0.0.1, RFC 4291, 2.5.5.2) is IPv4. An address that nobody can read is allowed nowhere.
 */
export function allowedAddress(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const cidrs = networks.flatMap((network) => parseCidr(network) ?? []);
  return (address) => {
    // The zone of a link-local address (fe80::1%eth0) names an interface, not a network.
    const parsed = parseIp(address.replace(/%.*$/, ""));
    return parsed !== undefined && cidrs.some((cidr) => cidrContains(cidr, unmapIp(parsed)));
  };
}
