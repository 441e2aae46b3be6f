import type { FieldPath } from "../object/field-path.ts";
import { firstOfCidr, formatCidr, formatIp, isMappedIp, parseCidrSloppy, parseIpSloppy, unmapIp, type Cidr } from "../object/ip.ts";
import { quoteText } from "../object/quote.ts";

/** Forms of an address that old fields take but new ones will not (KEP-4858). */
export function warnOfAddress(address: string, at: FieldPath, warnings: string[]): void {
  const sloppy = parseIpSloppy(address);
  if (sloppy === undefined) return;
  const canonical = formatIp(unmapIp(sloppy));
  if (sloppy.legacy || isMappedIp(sloppy)) {
    const detail = `non-standard IP address ${quoteText(address)} will be considered invalid in a future Kubernetes release`;
    warnings.push(`${at.toString()}: ${detail}: use ${quoteText(canonical)}`);
  } else if (canonical !== address) {
    warnings.push(`${at.toString()}: IPv6 address ${quoteText(address)} should be in RFC 5952 canonical format (${quoteText(canonical)})`);
  }
}

/** Forms of a range that old fields take but new ones will not (KEP-4858). */
export function warnOfCidr(text: string, at: FieldPath, warnings: string[]): void {
  const sloppy = parseCidrSloppy(text);
  if (sloppy === undefined) return;
  const { address, legacy } = sloppy;
  const whole = quoteText(formatCidr(unmapCidr(sloppy)));
  const found: string[] = [];
  if (firstOfCidr(sloppy).value !== address.value) {
    const single = quoteText(`${formatIp(unmapIp(address))}/${address.family === 4 ? 32 : 128}`);
    found.push(`CIDR value ${quoteText(text)} is ambiguous in this context (should be ${whole} or ${single}?)`);
  }
  if (legacy || isMappedIp(address)) {
    found.push(`non-standard CIDR value ${quoteText(text)} will be considered invalid in a future Kubernetes release: use ${whole}`);
  }
  if (found.length === 0 && formatCidr(sloppy) !== text) {
    found.push(`IPv6 CIDR value ${quoteText(text)} should be in RFC 5952 canonical format (${whole})`);
  }
  for (const detail of found) warnings.push(`${at.toString()}: ${detail}`);
}

/** The IPv4 range that lies in a mapped one, and any other range itself. */
function unmapCidr(cidr: Cidr): Cidr {
  const outside = 96;
  if (!isMappedIp(cidr.address) || cidr.prefix < outside) return cidr;
  return { address: unmapIp(cidr.address), prefix: cidr.prefix - outside };
}
