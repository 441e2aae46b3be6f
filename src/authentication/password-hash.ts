import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** How hard a hash is to make (RFC 7914): 2^15 rounds of 8 blocks take some 32 MiB and 80 ms. */
const COST = { log2N: 15, r: 8, p: 1 } as const;
/** What a hash may ask of this server at most. */
const MAX_LOG2N = 17;
const MAX_R = 16;
const MAX_P = 4;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** A password's scrypt hash with what it was made with. */
export interface PasswordHash {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Makes a hash, in the form in which it stands in a password file: scrypt:15:8:1:salt:key. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, { ...COST, salt, key: Buffer.alloc(KEY_BYTES) });
  return ["scrypt", COST.log2N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join(":");
}

/** Reads a hash. Undefined: it is none, or one that asks for too little or too much. */
export function readPasswordHash(text: string): PasswordHash | undefined {
  const match = /^scrypt:(\d{1,2}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9_-]{16,}):([A-Za-z0-9_-]{43,})$/.exec(text);
  if (match === null) return undefined;
  const [log2N, r, p] = [match[1], match[2], match[3]].map(Number) as [number, number, number];
  if (log2N < 14 || log2N > MAX_LOG2N || r < 8 || r > MAX_R || p < 1 || p > MAX_P) return undefined;
  return { log2N, r, p, salt: Buffer.from(match[4] as string, "base64url"), key: Buffer.from(match[5] as string, "base64url") };
}

/** Whether a hash is a password's; it takes the same time either way. */
export async function isPasswordOf(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash), hash.key);
}

/** The hash of no password: for users that there are not, so that they take as long as others. */
export function nobodysHash(): PasswordHash {
  return { ...COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) };
}

function derive(password: string, { log2N, r, p, salt, key }: PasswordHash): Promise<Buffer> {
  const N = 2 ** log2N;
  return new Promise((done, fail) =>
    scrypt(password, salt, key.length, { N, r, p, maxmem: 256 * N * r }, (error, derived) =>
      error === null ? done(derived) : fail(error),
    ),
  );
}
