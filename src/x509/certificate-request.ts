import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { bits, FieldReader, integer, objectIdentifier, structure } from "./der-fields.ts";
import { DerError, readDer, readItems, readObjectIdentifier, type DerValue } from "./der-reader.ts";

const tag = { sequence: 0x30, objectIdentifier: 0x06 } as const;

/** Signature algorithms by object identifier: the digest that each signs; null where the algorithm has its own. */
const DIGESTS: ReadonlyMap<string, string | null> = new Map([
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.3.101.112", null],
]);

/** Algorithms whose signatures are not believed any more. */
const INSECURE: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.4", "MD5-RSA"],
  ["1.2.840.113549.1.1.5", "SHA1-RSA"],
  ["1.2.840.10045.4.1", "ECDSA-SHA1"],
]);

/**
 * What is wrong with a certificate request (PKCS #10, RFC 2986): its structure, or that it is not signed by the key it
 * is for. Undefined for a good one.
 */
export function certificateRequestFault(bytes: Buffer): string | undefined {
  try {
    return signatureFault(parse(bytes));
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

const ORGANIZATION = "2.5.4.10";
const COMMON_NAME = "2.5.4.3";

/** The organizations (O) in the subject of a certificate request. Errors: none; a request that is none has none. */
export function subjectOrganizations(bytes: Buffer): string[] {
  return subjectValues(bytes, ORGANIZATION);
}

/** The common name (CN) in the subject, the last where there are several; "" where there is none. Errors: none. */
export function subjectCommonName(bytes: Buffer): string {
  return subjectValues(bytes, COMMON_NAME).at(-1) ?? "";
}

function subjectValues(bytes: Buffer, wanted: string): string[] {
  try {
    const [info] = readItems(expect(readDer(bytes).value, tag.sequence).content);
    const [, subject] = readItems(expect(info, tag.sequence).content);
    const values: string[] = [];
    for (const set of readItems(expect(subject, tag.sequence).content, MAX_NAMES)) {
      for (const attribute of readItems(set.content, MAX_NAMES)) {
        const [type, value] = readItems(attribute.content);
        if (value !== undefined && readObjectIdentifier(expect(type, tag.objectIdentifier).content) === wanted)
          values.push(value.content.toString("utf8"));
      }
    }
    return values;
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}

/** More parts than any subject has. */
const MAX_NAMES = 1000;

interface Request {
  readonly signed: Buffer;
  readonly publicKey: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
}

function parse(bytes: Buffer): Request {
  const whole = new FieldReader(bytes);
  const request = new FieldReader(whole.next(structure("certificateRequest")).content);
  const info = request.next(structure("tbsCertificateRequest"));
  const inside = new FieldReader(info.content);
  inside.next(integer);
  inside.next();
  const publicKey = inside.next(structure("publicKeyInfo"));
  const key = new FieldReader(publicKey.content);
  readAlgorithm(key);
  key.next(bits);
  const algorithm = readAlgorithm(request);
  const signature = request.next(bits).content.subarray(1);
  if (whole.left > 0) throw new DerError("asn1: syntax error: trailing data");
  return { signed: info.whole, publicKey: publicKey.whole, algorithm, signature };
}

function readAlgorithm(from: FieldReader): string {
  const algorithm = new FieldReader(from.next(structure("AlgorithmIdentifier")).content);
  return readObjectIdentifier(algorithm.next(objectIdentifier).content);
}

function expect(value: DerValue | undefined, wanted: number): DerValue {
  if (value === undefined) throw new DerError("asn1: syntax error: sequence truncated");
  if (value.tag !== wanted) throw new DerError("asn1: structure error: tags don't match");
  return value;
}

function signatureFault({ signed, publicKey, algorithm, signature }: Request): string | undefined {
  const insecure = INSECURE.get(algorithm);
  if (insecure !== undefined) return `x509: cannot verify signature: insecure algorithm ${insecure}`;
  const digest = DIGESTS.get(algorithm);
  const key = publicKeyOf(publicKey);
  if (digest === undefined || key === undefined) return "x509: cannot verify signature: algorithm unimplemented";
  if (verify(digest, signed, key, signature)) return undefined;
  switch (key.asymmetricKeyType) {
    case "ec":
      return "x509: ECDSA verification failure";
    case "ed25519":
      return "x509: Ed25519 verification failure";
    default:
      return "crypto/rsa: verification error";
  }
}

/** A key of a kind that the platform knows; undefined for others. */
function publicKeyOf(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
