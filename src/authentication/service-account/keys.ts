import { createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { keyIdOf, signingKey, type SigningKey, type VerifyingKey } from "../jwt.ts";

/** The keys of service account tokens. */
export interface AccountKeys {
  readonly signing: SigningKey;
  /** Whose signatures are taken, the signing key's first. */
  readonly verifying: readonly VerifyingKey[];
}

/** Gives the keys: at once where they are at hand, later where they are still being made. */
export type AccountKeySource = () => AccountKeys | Promise<AccountKeys>;

/** Bits of a key that is made here: what every verifier of tokens takes. */
const RSA_BITS = 2048;

/** Makes a private key for signing on another thread; it takes up to some hundred milliseconds. */
export async function generateAccountKey(): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: RSA_BITS });
  return privateKey;
}

/** Puts keys together. `others`: further keys whose tokens are taken. Undefined: the key cannot sign tokens. */
export function accountKeys(privateKey: KeyObject, others: readonly KeyObject[]): AccountKeys | undefined {
  const signing = signingKey(privateKey);
  if (signing === undefined) return undefined;
  const verifying = new Map<string, VerifyingKey>();
  for (const publicKey of [createPublicKey(privateKey), ...others]) {
    const keyId = keyIdOf(publicKey);
    verifying.set(keyId, { keyId, publicKey });
  }
  return { signing, verifying: [...verifying.values()] };
}
