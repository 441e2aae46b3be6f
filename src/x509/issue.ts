import type { KeyObject } from "node:crypto";
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { parseIp } from "../object/ip.ts";
import type { Der } from "./der.ts";
import {
  bitString,
  boolean,
  context,
  objectIdentifier,
  octetString,
  positiveInteger,
  sequence,
  setOfOne,
  time,
  utf8String,
} from "./der.ts";

/** A certificate and its private key. */
export interface KeyPair {
  /** PEM. */
  readonly certificate: string;
  readonly key: KeyObject;
}

/** Who a certificate is for: the groups of a user are its organizations, its name is the common name ("": none). */
export interface Subject {
  readonly organizations?: readonly string[] | undefined;
  /** The uid of a user. */
  readonly uids?: readonly string[] | undefined;
  readonly commonName: string;
}

/** The signer of a certificate: the CA's own subject and key. */
export interface Issuer {
  readonly subject: Subject;
  readonly key: KeyObject;
}

/** What a leaf certificate may be used for (RFC 5280, 4.2.1.12). */
export type Usage = "serverAuth" | "clientAuth";

/** From when and until when a certificate is valid. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const oid = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  userId: "1.3.6.1.4.1.57683.2",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** Bits of KeyUsage as a BIT STRING of one byte, and how many bits at its end do not count. */
const digitalSignature = bitString(Buffer.from([0x80]), 7);
const certificateSigning = bitString(Buffer.from([0x06]), 1);

/** Makes a CA that signs itself, with a new P-256 key. It signs leaves only (path length 0). */
export function issueAuthority(subject: Subject, validity: Validity): KeyPair {
  const key = newKey();
  const extensions = [
    extension(oid.basicConstraints, sequence(boolean(true), positiveInteger(Buffer.from([0]))), true),
    extension(oid.keyUsage, certificateSigning, true),
  ];
  return { certificate: certificate(subject, key, { subject, key }, validity, extensions), key };
}

/** Makes a certificate signed by a CA, with a new P-256 key. `names` are host names and IP addresses. */
export function issueLeaf(issuer: Issuer, subject: Subject, validity: Validity, usage: Usage, names: readonly string[]): KeyPair {
  const key = newKey();
  const extensions = [
    extension(oid.basicConstraints, sequence(), true),
    extension(oid.keyUsage, digitalSignature, true),
    extension(oid.extendedKeyUsage, sequence(objectIdentifier(oid[usage]))),
  ];
  if (names.length > 0) extensions.push(extension(oid.subjectAlternativeName, sequence(...names.map(alternativeName))));
  return { certificate: certificate(subject, key, issuer, validity, extensions), key };
}

/** TBSCertificate and signature (RFC 5280, 4.1). */
function certificate(subject: Subject, key: KeyObject, issuer: Issuer, validity: Validity, extensions: readonly Der[]): string {
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const identified = [
    ...extensions,
    extension(oid.subjectKeyIdentifier, octetString(keyIdentifier(key))),
    extension(oid.authorityKeyIdentifier, sequence(context(0, keyIdentifier(issuer.key), false))),
  ];
  const toBeSigned = sequence(
    context(0, positiveInteger(Buffer.from([2])), true),
    positiveInteger(serialNumber()),
    algorithm,
    name(issuer.subject),
    sequence(time(validity.from), time(validity.until)),
    name(subject),
    publicKeyInfo(key),
    context(3, sequence(...identified), true),
  );
  return pem("CERTIFICATE", sequence(toBeSigned, algorithm, bitString(sign("sha256", toBeSigned, issuer.key))));
}

/** 127 random bits, never 0: positive and unique without a counter to keep (CA/Browser Forum asks for 64). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function name(subject: Subject): Der {
  const part = (type: string, text: string) => setOfOne(sequence(objectIdentifier(type), utf8String(text)));
  const parts = (type: string, texts: readonly string[] = []) => texts.map((text) => part(type, text));
  const { organizations, uids, commonName } = subject;
  return sequence(
    ...parts(oid.organization, organizations),
    ...parts(oid.userId, uids),
    ...parts(oid.commonName, commonName === "" ? [] : [commonName]),
  );
}

function extension(type: string, value: Der, critical = false): Der {
  return sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** GeneralName: dNSName [2] or iPAddress [7]. */
function alternativeName(text: string): Der {
  const address = parseIp(text);
  if (address === undefined) return context(2, Buffer.from(text, "ascii"), false);
  const length = address.family === 4 ? 4 : 16;
  return context(7, Buffer.from(address.value.toString(16).padStart(length * 2, "0"), "hex"), false);
}

/** RFC 7093, method 1: the leftmost 160 bits of the SHA-256 of the public key's bits. */
function keyIdentifier(key: KeyObject): Buffer {
  // SubjectPublicKeyInfo of a P-256 key ends with its 65 bytes: 04, x, y.
  return createHash("sha256").update(publicKeyInfo(key).subarray(-65)).digest().subarray(0, 20);
}

function publicKeyInfo(key: KeyObject): Der {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}

function newKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

function pem(label: string, der: Der): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
