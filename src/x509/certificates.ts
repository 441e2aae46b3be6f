import { X509Certificate } from "node:crypto";
import { readPem } from "./pem.ts";

/** Most blocks of a bundle that are looked at. */
const MAX_BLOCKS = 1000;

/** Whether bytes are a certificate in DER. */
export function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).serialNumber !== "";
  } catch {
    return false;
  }
}

/** What is wrong with a bundle of trusted certificates, PEM in base64: blocks of other types are passed over, one certificate is there. */
export function certificatesFault(base64: string): string | undefined {
  let text = Buffer.from(base64, "base64").toString("latin1");
  let found = false;
  for (let blocks = 0; blocks < MAX_BLOCKS; blocks++) {
    const block = readPem(text);
    if (block === undefined) break;
    text = block.rest;
    if (block.type !== "CERTIFICATE" || block.headers) continue;
    if (!isCertificate(block.bytes)) return "x509: malformed certificate";
    found = true;
  }
  return found ? undefined : "data does not contain any valid RSA or ECDSA certificates";
}
