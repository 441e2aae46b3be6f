import { createHash, createPrivateKey, createPublicKey, sign, verify, type JsonWebKey, type KeyObject } from "node:crypto";
import { parseJson } from "../codec/json-text.ts";
import { isObject, type JsonObject } from "../object/json.ts";

/** How signatures are made and checked (RFC 7518, 3.1): the digest, and the kind of key that it needs. */
interface Algorithm {
  readonly digest: string;
  readonly key: "rsa" | "ec";
  readonly curve?: string;
  readonly pss?: boolean;
}

/** Public-key algorithms alone: with them, a token can never be signed with a key that is public. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ["RS256", { digest: "sha256", key: "rsa" }],
  ["RS384", { digest: "sha384", key: "rsa" }],
  ["RS512", { digest: "sha512", key: "rsa" }],
  ["PS256", { digest: "sha256", key: "rsa", pss: true }],
  ["PS384", { digest: "sha384", key: "rsa", pss: true }],
  ["PS512", { digest: "sha512", key: "rsa", pss: true }],
  ["ES256", { digest: "sha256", key: "ec", curve: "prime256v1" }],
  ["ES384", { digest: "sha384", key: "ec", curve: "secp384r1" }],
  ["ES512", { digest: "sha512", key: "ec", curve: "secp521r1" }],
]);

/** Every signature algorithm that tokens may have. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()];

/** A signed token (RFC 7515, compact form), taken apart; nothing in it is proven. */
export interface ParsedJwt {
  readonly algorithm: string;
  /** kid of the header; "" where there is none. */
  readonly keyId: string;
  readonly claims: JsonObject;
  /** What the signature is over, and the signature. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Takes a token apart. Undefined: it is no signed JWT. */
export function parseJwt(token: string): ParsedJwt | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const [head, body, tail] = parts as [string, string, string];
  const header = readPart(head);
  const claims = readPart(body);
  if (header === undefined || claims === undefined || !isBase64Url(tail)) return undefined;
  const { alg, kid } = header;
  // A header that must be understood is not understood here (RFC 7515, 4.1.11).
  if (typeof alg !== "string" || header["crit"] !== undefined) return undefined;
  return {
    algorithm: alg,
    keyId: typeof kid === "string" ? kid : "",
    claims,
    signed: `${head}.${body}`,
    signature: Buffer.from(tail, "base64url"),
  };
}

/** For whom a token is: its `aud`, a text or a list of texts (RFC 7519, 4.1.3). */
export function audiencesOf({ aud }: JsonObject): string[] {
  if (typeof aud === "string") return [aud];
  return Array.isArray(aud) ? aud.filter((one) => typeof one === "string") : [];
}

/** Whether a key made the token's signature, by an algorithm that fits the key. */
export function isSignedBy(jwt: ParsedJwt, key: KeyObject): boolean {
  const algorithm = ALGORITHMS.get(jwt.algorithm);
  if (algorithm === undefined || !fits(algorithm, key)) return false;
  try {
    return verify(algorithm.digest, Buffer.from(jwt.signed), { key, ...encoding(algorithm) }, jwt.signature);
  } catch {
    return false;
  }
}

/** A key that signs, and how others name and check what it signed. */
export interface SigningKey {
  readonly algorithm: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** A key that others' signatures are checked with. */
export interface VerifyingKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** Makes a signing key of a private one. Undefined: neither RSA nor one of the three curves of RFC 7518. */
export function signingKey(privateKey: KeyObject): SigningKey | undefined {
  const algorithm = algorithmOf(privateKey);
  return algorithm === undefined ? undefined : { algorithm, privateKey, keyId: keyIdOf(createPublicKey(privateKey)) };
}

/** The algorithm that tokens of a key have: RS256, or the one of its curve. */
export function algorithmOf(key: KeyObject): string | undefined {
  for (const [name, algorithm] of ALGORITHMS) if (algorithm.pss !== true && fits(algorithm, key)) return name;
  return undefined;
}

/** Signs claims. Members stand in the order of their names, as the original's do. */
export function signJwt(claims: JsonObject, { algorithm, keyId, privateKey }: SigningKey): string {
  const { digest, ...rest } = ALGORITHMS.get(algorithm) as Algorithm;
  const sorted = Object.fromEntries(Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1)));
  const signed = `${encodePart({ alg: algorithm, kid: keyId })}.${encodePart(sorted)}`;
  const signature = sign(digest, Buffer.from(signed), { key: privateKey, ...encoding({ digest, ...rest }) });
  return `${signed}.${signature.toString("base64url")}`;
}

/** The name of a key: the digest of its SubjectPublicKeyInfo. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
}

/** A public key as a member of a JWK set (RFC 7517). */
export function jsonWebKey({ keyId, publicKey }: VerifyingKey): JsonObject {
  const jwk: JsonWebKey = publicKey.export({ format: "jwk" });
  const members = publicKey.asymmetricKeyType === "rsa" ? { n: jwk.n, e: jwk.e } : { crv: jwk.crv, x: jwk.x, y: jwk.y };
  return { use: "sig", kty: jwk.kty, kid: keyId, alg: algorithmOf(publicKey), ...members };
}

/**
 * The keys in a PEM text, public and private alike, as public ones. Errors: Error where there is none or one cannot be
 * read.
 */
export function publicKeysIn(pem: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN ([A-Z ]*(?:PUBLIC KEY|PRIVATE KEY|CERTIFICATE))-----[\s\S]+?-----END \1-----/g) ?? [];
  const keys = blocks.map((block) => (block.includes("PRIVATE KEY") ? createPublicKey(createPrivateKey(block)) : createPublicKey(block)));
  if (keys.length === 0) throw new Error("there is no key in PEM in it");
  return keys;
}

function fits({ key, curve }: Algorithm, { asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === key && (curve === undefined || asymmetricKeyDetails?.namedCurve === curve);
}

/** RSASSA-PSS salts are as long as the digest; ECDSA signatures are two integers side by side (RFC 7518, 3.4 and 3.5). */
function encoding({ key, pss }: Algorithm) {
  if (key === "ec") return { dsaEncoding: "ieee-p1363" as const };
  return pss === true ? { padding: RSA_PSS, saltLength: DIGEST_SALT } : {};
}

const RSA_PSS = 6;
const DIGEST_SALT = -1;

function encodePart(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function readPart(text: string): JsonObject | undefined {
  if (!isBase64Url(text)) return undefined;
  try {
    const { value, duplicates } = parseJson(Buffer.from(text, "base64url").toString("utf8"));
    return isObject(value) && duplicates.length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function isBase64Url(text: string): boolean {
  return text !== "" && /^[A-Za-z0-9_-]+$/.test(text);
}
