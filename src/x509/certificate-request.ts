import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { bits, DerError, FieldReader, integer, objectIdentifier, readObjectIdentifier, structure, type DerValue } from "./der-reader.ts";

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
    const request = new FieldReader(new FieldReader(bytes).next(certificateRequest).content);
    const inside = new FieldReader(request.next(requestInfo).content);
    inside.next(integer);
    return readSubject(inside.next())
      .filter(({ type }) => type === wanted)
      .map(({ value }) => value);
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}

/** More parts than any subject has. */
const MAX_NAMES = 1000;

/** A part of a subject: what it says, by object identifier. */
interface Name {
  readonly type: string;
  readonly value: string;
}

const certificateRequest = structure("certificateRequest");
const requestInfo = structure("tbsCertificateRequest");

interface Request {
  readonly signed: Buffer;
  readonly publicKey: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
}

function parse(bytes: Buffer): Request {
  const whole = new FieldReader(bytes);
  const request = new FieldReader(whole.next(certificateRequest).content);
  const info = request.next(requestInfo);
  const inside = new FieldReader(info.content);
  inside.next(integer);
  const subject = inside.next();
  const publicKey = inside.next(structure("publicKeyInfo"));
  const key = new FieldReader(publicKey.content);
  readAlgorithm(key);
  key.next(bits);
  const algorithm = readAlgorithm(request);
  const signature = request.next(bits).content.subarray(1);
  if (whole.left > 0) throw new DerError("asn1: syntax error: trailing data");
  readSubject(subject);
  return { signed: info.whole, publicKey: publicKey.whole, algorithm, signature };
}

/** All names are read or none: whoever looks for one must not miss it. */
function readSubject({ whole }: DerValue): Name[] {
  const names: Name[] = [];
  const sets = new FieldReader(new FieldReader(whole).next(structure("RDNSequence")).content);
  while (sets.left > 0) {
    const attributes = new FieldReader(sets.next().content);
    while (attributes.left > 0) {
      const attribute = new FieldReader(attributes.next().content);
      const type = readObjectIdentifier(attribute.next(objectIdentifier).content);
      names.push({ type, value: attribute.next().content.toString("utf8") });
      if (names.length > MAX_NAMES) throw new DerError(`asn1: structure error: more than ${MAX_NAMES} names`);
    }
  }
  return names;
}

function readAlgorithm(from: FieldReader): string {
  const algorithm = new FieldReader(from.next(structure("AlgorithmIdentifier")).content);
  return readObjectIdentifier(algorithm.next(objectIdentifier).content);
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
