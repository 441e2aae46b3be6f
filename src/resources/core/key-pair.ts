import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

interface PemBlock {
  readonly type: string;
  readonly text: string;
}

/** Blocks of a PEM text (RFC 7468); what stands around them is no part of it. */
function pemBlocks(bytes: Buffer): PemBlock[] {
  const blocks: PemBlock[] = [];
  const text = bytes.toString("latin1");
  const begin = /^-----BEGIN ([^\n]*?)-----[ \t]*\r?$/gm;
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const type = match[1] ?? "";
    const mark = `\n-----END ${type}-----`;
    const end = text.indexOf(mark, match.index + match[0].length - 1);
    if (end < 0) continue;
    blocks.push({ type, text: text.slice(match.index, end + mark.length) });
    begin.lastIndex = end + mark.length;
  }
  return blocks;
}

/**
 * What keeps a certificate and a key, both PEM, from serving TLS together, in the words that clients know; undefined:
 * nothing. They are only warned of: the pair may be completed by a later write.
 */
export function keyPairProblem(certificate: Buffer, key: Buffer): string | undefined {
  const certificateBlocks = pemBlocks(certificate);
  const leaf = certificateBlocks.find(({ type }) => type === "CERTIFICATE");
  if (leaf === undefined) return `tls: failed to find ${noCertificate(certificateBlocks.map(({ type }) => type))}`;
  const keyBlocks = pemBlocks(key);
  const keyBlock = keyBlocks.find(({ type }) => type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY"));
  if (keyBlock === undefined) return `tls: ${noKey(keyBlocks.map(({ type }) => type))}`;
  const parsed = parse(() => new X509Certificate(leaf.text));
  if (parsed === undefined) return "x509: malformed certificate";
  const privateKey = parse(() => createPrivateKey(keyBlock.text));
  if (privateKey === undefined) return "tls: failed to parse private key";
  return mismatch(parsed, privateKey);
}

function noCertificate(skipped: readonly string[]): string {
  if (skipped.length === 0) return "any PEM data in certificate input";
  if (skipped.length === 1 && skipped[0]?.endsWith("PRIVATE KEY")) {
    return "certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  }
  return `"CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${skipped.join(" ")}]`;
}

function noKey(skipped: readonly string[]): string {
  if (skipped.length === 0) return "failed to find any PEM data in key input";
  if (skipped.length === 1 && skipped[0] === "CERTIFICATE") return "found a certificate rather than a key in the PEM for the private key";
  return `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${skipped.join(" ")}]`;
}

function mismatch(certificate: X509Certificate, key: KeyObject): string | undefined {
  if (certificate.publicKey.asymmetricKeyType !== key.asymmetricKeyType) return "tls: private key type does not match public key type";
  return certificate.checkPrivateKey(key) ? undefined : "tls: private key does not match public key";
}

/** What a parser of foreign bytes gives; undefined where it refuses them. */
function parse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
