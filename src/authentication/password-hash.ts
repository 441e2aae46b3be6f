import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { bcrypt, blowfishStart, decodeBcrypt64, type BlowfishStart } from "./bcrypt.ts";

/** How hard a hash is to make (RFC 7914): 2^15 rounds of 8 blocks take some 32 MiB and 80 ms. */
const COST = { log2N: 15, r: 8, p: 1 } as const;
/** What a hash may ask of this server at most. */
const MAX_LOG2N = 17;
const MAX_R = 16;
const MAX_P = 4;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** bcrypt's cost: at most half a second of CPU, and no less than what `htpasswd -B` makes. */
const BCRYPT_COST = { least: 5, most: 12 } as const;
const BCRYPT_BYTES = 23;

/** A password's hash with what it was made with. */
export type PasswordHash =
  | { readonly kind: "scrypt"; readonly log2N: number; readonly r: number; readonly p: number; readonly salt: Buffer; readonly key: Buffer }
  | { readonly kind: "bcrypt"; readonly cost: number; readonly salt: Buffer; readonly key: Buffer };

type Scrypt = Extract<PasswordHash, { readonly kind: "scrypt" }>;

/** Makes a hash, in the form in which it stands in a password file: scrypt:15:8:1:salt:key. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await scryptKey(password, { kind: "scrypt", ...COST, salt, key: Buffer.alloc(KEY_BYTES) });
  return ["scrypt", COST.log2N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join(":");
}

/** Reads a hash, scrypt or bcrypt. Undefined: it is none, or one that asks for too little or too much. */
export function readPasswordHash(text: string): PasswordHash | undefined {
  return text.startsWith("$") ? readBcrypt(text) : readScrypt(text);
}

function readScrypt(text: string): PasswordHash | undefined {
  const match = /^scrypt:(\d{1,2}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9_-]{16,}):([A-Za-z0-9_-]{43,})$/.exec(text);
  if (match === null) return undefined;
  const [log2N, r, p] = [match[1], match[2], match[3]].map(Number) as [number, number, number];
  if (log2N < 14 || log2N > MAX_LOG2N || r < 8 || r > MAX_R || p < 1 || p > MAX_P) return undefined;
  return {
    kind: "scrypt",
    log2N,
    r,
    p,
    salt: Buffer.from(match[4] as string, "base64url"),
    key: Buffer.from(match[5] as string, "base64url"),
  };
}

/** $2a$, $2b$ and $2y$ are one algorithm; $2x$ is a faulty one. */
function readBcrypt(text: string): PasswordHash | undefined {
  const match = /^\$2[aby]\$(\d\d)\$(.{22})(.{31})$/.exec(text);
  if (match === null) return undefined;
  const cost = Number(match[1]);
  const [salt, key] = [decodeBcrypt64(match[2] as string, SALT_BYTES), decodeBcrypt64(match[3] as string, BCRYPT_BYTES)];
  if (cost < BCRYPT_COST.least || cost > BCRYPT_COST.most || salt === undefined || key === undefined) return undefined;
  return { kind: "bcrypt", cost, salt, key };
}

/** Checks passwords; what bcrypt needs is made when the first of its hashes is met. */
export function passwordCheck(): (password: string, hash: PasswordHash) => Promise<boolean> {
  let start: Promise<BlowfishStart> | undefined;
  return async (password, hash) => {
    const derived =
      hash.kind === "scrypt"
        ? await scryptKey(password, hash)
        : await bcrypt(password, hash.salt, hash.cost, await (start ??= blowfishStart()));
    return timingSafeEqual(derived, hash.key);
  };
}

/** The hash of no password that takes as long as another: for users that there are not. */
export function nobodysHash(like: PasswordHash | undefined): PasswordHash {
  if (like === undefined) return { kind: "scrypt", ...COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) };
  return { ...like, salt: randomBytes(like.salt.length), key: randomBytes(like.key.length) };
}

function scryptKey(password: string, { log2N, r, p, salt, key }: Scrypt): Promise<Buffer> {
  const N = 2 ** log2N;
  return new Promise((done, fail) =>
    scrypt(password, salt, key.length, { N, r, p, maxmem: 256 * N * r }, (error, derived) =>
      error === null ? done(derived) : fail(error),
    ),
  );
}
