import type { FieldPath } from "../object/field-path.ts";
import { firstOfCidr, formatCidr, formatIp, parseCidr, parseCidrSloppy, parseIp, parseIpSloppy } from "../object/ip.ts";
import { quoteText } from "../object/quote.ts";

/** Forms of an address that old fields take but new ones will not (KEP-4858). */
export function warnOfAddress(address: string, at: FieldPath, warnings: string[]): void {
  const sloppy = parseIpSloppy(address);
  if (sloppy === undefined) return;
  const canonical = formatIp(sloppy);
  if (parseIp(address) === undefined) {
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
  const canonical = formatCidr(sloppy);
  if (parseCidr(text) === undefined) {
    const detail = `non-standard CIDR value ${quoteText(text)} will be considered invalid in a future Kubernetes release`;
    warnings.push(`${at.toString()}: ${detail}: use ${quoteText(canonical)}`);
  } else if (firstOfCidr(sloppy).value !== sloppy.address.value) {
    const whole = quoteText(canonical);
    const single = quoteText(`${formatIp(sloppy.address)}/${sloppy.address.family === 4 ? 32 : 128}`);
    warnings.push(`${at.toString()}: CIDR value ${quoteText(text)} is ambiguous in this context (should be ${whole} or ${single}?)`);
  } else if (canonical !== text) {
    warnings.push(`${at.toString()}: IPv6 CIDR value ${quoteText(text)} should be in RFC 5952 canonical format (${quoteText(canonical)})`);
  }
}
