import type { PeerCertificate } from "node:tls";
import { errorText } from "../object/error-text.ts";
import { hostPort } from "../object/ip.ts";
import { UnreachableService, type DialAddress } from "./service-address.ts";

const UNTRUSTED = "tls: failed to verify certificate: x509: certificate signed by unknown authority";

/** Texts of Go's network library for what Node tells by a code. */
const FAULTS = new Map<string, (address: string, host: string) => string>([
  ["ECONNREFUSED", (address) => `dial tcp ${address}: connect: connection refused`],
  ["EHOSTUNREACH", (address) => `dial tcp ${address}: connect: no route to host`],
  ["ENETUNREACH", (address) => `dial tcp ${address}: connect: network is unreachable`],
  ["ETIMEDOUT", (address) => `dial tcp ${address}: connect: connection timed out`],
  ["ENOTFOUND", (_, host) => `dial tcp: lookup ${host}: no such host`],
  ["EAI_AGAIN", (_, host) => `dial tcp: lookup ${host}: Temporary failure in name resolution`],
  ["ECONNRESET", () => "EOF"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", () => UNTRUSTED],
  ["UNABLE_TO_GET_ISSUER_CERT", () => UNTRUSTED],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", () => UNTRUSTED],
  ["SELF_SIGNED_CERT_IN_CHAIN", () => UNTRUSTED],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", () => UNTRUSTED],
  ["CERT_SIGNATURE_FAILURE", () => UNTRUSTED],
  ["CERT_HAS_EXPIRED", () => "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"],
  ["CERT_NOT_YET_VALID", () => "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"],
]);

/** What went wrong with a connection, in the words of the original's network library. */
export function dialFault(error: unknown, { host, port }: DialAddress): string {
  if (!(error instanceof Error) || error instanceof UnreachableService) return errorText(error);
  const fault: Error & { readonly code?: string; readonly cert?: PeerCertificate; readonly host?: string } = error;
  const { code = "", cert } = fault;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `tls: failed to verify certificate: x509: ${wrongName(cert, fault.host ?? host)}`;
  return FAULTS.get(code)?.(hostPort(host, port), host) ?? fault.message;
}

function wrongName(cert: PeerCertificate | undefined, host: string): string {
  const names = (cert?.subjectaltname ?? "").split(", ").map((one) => one.replace(/^(DNS|IP Address):/, ""));
  return `certificate is valid for ${names.join(", ")}, not ${host}`;
}
