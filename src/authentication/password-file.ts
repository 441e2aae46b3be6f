import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { tooManyRequests } from "../object/status.ts";
import type { UserInfo } from "../request/context.ts";
import { BadCredential, type Authenticator } from "./authenticator.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { nobodysHash, passwordCheck, readPasswordHash, type PasswordHash } from "./password-hash.ts";
import { readUserLines } from "./user-file.ts";

interface PasswordEntry {
  readonly user: UserInfo;
  readonly hash: PasswordHash;
}

/** Users with passwords, by name. */
type PasswordTable = ReadonlyMap<string, PasswordEntry>;

/**
 * Reads users with passwords from a CSV file: hash,user,uid[,"group1,group2"]. Errors: Error naming the line that is
 * malformed, without what stands there: it may be a password.
 */
export function readPasswordFile(text: string): PasswordTable {
  const entries = new Map<string, PasswordEntry>();
  for (const { number, secret, user } of readUserLines(text, "password file", "hash")) {
    const hash = readPasswordHash(secret);
    if (hash === undefined)
      throw new Error(`line ${number} of the password file holds no hash; \`binnacle hash-password\` makes one of a password`);
    entries.set(user.name, { hash, user });
  }
  return entries;
}

interface PasswordOptions {
  readonly table: () => PasswordTable;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** How long a wrong password is waited upon, in milliseconds. */
  readonly failureMs?: number;
}

/** A check takes memory and a thread: so many at a time, and so many that wait. */
const AT_ONCE = 2;
const WAITING = 64;
const FAILURE_MS = 1000;
/** A password that was right need not be hashed again for so long, and for so many users. */
const REMEMBERED_MS = 5 * 60_000;
const REMEMBERED = 1024;

/**
 * User name and password by HTTP Basic (RFC 7617). Wrong ones are answered late, and cost as much for users that there
 * are not. Errors: BadCredential; StatusError 429 where too many checks wait.
 */
export function passwordAuthenticator({ table, clock, failureMs = FAILURE_MS }: PasswordOptions): Authenticator {
  // Under a key that nobody else has, what is remembered is worth nothing to who reads memory later.
  const secret = randomBytes(32);
  const isPasswordOf = passwordCheck();
  const right = new BoundedCache<PasswordHash>(REMEMBERED, clock);
  const queue = new CheckQueue();
  return async ({ headers: { authorization } }) => {
    if (typeof authorization !== "string" || !/^\s*basic(\s|$)/i.test(authorization)) return undefined;
    const given = credentialsIn(authorization);
    if (given === undefined) throw new BadCredential("the user name and password cannot be read");
    const entry = table().get(given.name);
    const key = createHmac("sha256", secret).update(`${given.name}\0${given.password}`).digest("base64");
    if (entry !== undefined && right.get(key) === entry.hash) return entry.user;
    const hash = entry?.hash ?? nobodysHash(someHash(table(), given.name, secret));
    const isRight = await queue.run(() => isPasswordOf(given.password, hash));
    if (entry === undefined || !isRight) {
      await wait(failureMs);
      throw new BadCredential("invalid user name or password");
    }
    right.set(key, entry.hash, clock() + REMEMBERED_MS);
    return entry.user;
  };
}

/**
 * The hash of some user, always the same one for a name: hashes take their times, and a name that there is not must take one
 * of them, as if it were there.
 */
function someHash(table: PasswordTable, name: string, secret: Buffer): PasswordHash | undefined {
  if (table.size === 0) return undefined;
  const place = createHmac("sha256", secret).update(name).digest().readUInt32BE() % table.size;
  return [...table.values()][place]?.hash;
}

/** Runs checks, few at a time, in the order in which they came. */
class CheckQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING) throw tooManyRequests("too many passwords are being checked, please try again later", 1);
      await new Promise<void>((start) => this.#waiting.push(start));
    } else this.#running++;
    try {
      return await check();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

function credentialsIn(authorization: string): { readonly name: string; readonly password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization.trim());
  if (match === null) return undefined;
  const text = Buffer.from(match[1] as string, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
