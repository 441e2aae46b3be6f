import { setImmediate as turn } from "node:timers/promises";

// bcrypt (Provos and Mazières, A Future-Adaptable Password Scheme, 1999), as password files of others have it.

/** Rounds that are done before other work gets its turn: a round takes about 0.1 ms. */
const SLICE = 32;
/** The same for terms of a series. */
const TERMS = 128n;
/** Bytes of a password that count, its closing zero included. */
const MAX_KEY = 72;
const ROUNDS = 16;
const WORDS = ROUNDS + 2;
const BOX = 256;
const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** What is encrypted with the key that the password makes. */
const PLAIN = "OrpheanBeholderScryDoubt";
const PLAIN_TIMES = 64;

/** What Blowfish begins with: the fraction of pi, word by word. */
export interface BlowfishStart {
  readonly words: Int32Array;
  readonly boxes: Int32Array;
}

/** Computes what Blowfish begins with, since a table of it would be longer. It takes some 50 ms; others get their turns. */
export async function blowfishStart(): Promise<BlowfishStart> {
  const count = WORDS + 4 * BOX;
  const spare = 64n;
  const bits = BigInt(count * 32) + spare;
  // Machin: pi / 4 = 4 atan(1/5) - atan(1/239).
  const fraction = (16n * (await inverseTangent(5n, bits)) - 4n * (await inverseTangent(239n, bits)) - (3n << bits)) >> spare;
  const bytes = Buffer.from(fraction.toString(16).padStart(count * 8, "0"), "hex");
  const all = Int32Array.from({ length: count }, (_, i) => bytes.readInt32BE(i * 4));
  return { words: all.slice(0, WORDS), boxes: all.slice(WORDS) };
}

/** atan(1/x) in units of 2^-bits, by its series. */
async function inverseTangent(x: bigint, bits: bigint): Promise<bigint> {
  let power = (1n << bits) / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
    power /= x * x;
    sum += (sign * power) / n;
    if (n % TERMS === 1n) await turn();
  }
  return sum;
}

/**
 * The 23 bytes that a password, a salt of 16 bytes and a cost make. What comes after the first 72 bytes of a password does
 * not count. Other work gets its turn meanwhile.
 */
export async function bcrypt(password: string, salt: Buffer, cost: number, start: BlowfishStart): Promise<Buffer> {
  const key = wordsOf(Buffer.from(`${password}\0`, "utf8").subarray(0, MAX_KEY), WORDS);
  const salted = wordsOf(salt, WORDS);
  const cipher = new Blowfish(start);
  cipher.expand(key, salted);
  for (let round = 0; round < 2 ** cost; round++) {
    cipher.expand(key, undefined);
    cipher.expand(salted, undefined);
    if (round % SLICE === SLICE - 1) await turn();
  }
  const text = wordsOf(Buffer.from(PLAIN), PLAIN.length / 4);
  for (let i = 0; i < text.length; i += 2) for (let n = 0; n < PLAIN_TIMES; n++) cipher.encrypt(text, i);
  const bytes = Buffer.alloc(PLAIN.length);
  text.forEach((word, i) => bytes.writeInt32BE(word, i * 4));
  return bytes.subarray(0, PLAIN.length - 1);
}

/** Reads bcrypt's own base64. Undefined for other characters, or another number of bytes. */
export function decodeBcrypt64(text: string, bytes: number): Buffer | undefined {
  const standard = Array.from(text, (character) => STANDARD[ALPHABET.indexOf(character)] ?? "!").join("");
  if (standard.includes("!") || text.length !== Math.ceil((bytes * 4) / 3)) return undefined;
  return Buffer.from(standard, "base64").subarray(0, bytes);
}

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** So many words of bytes that are taken again and again. */
function wordsOf(bytes: Buffer, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    let word = 0;
    for (let k = 0; k < 4; k++) word = (word << 8) | (bytes[(i * 4 + k) % bytes.length] as number);
    return word;
  });
}

class Blowfish {
  readonly #words: Int32Array;
  readonly #boxes: Int32Array;

  constructor({ words, boxes }: BlowfishStart) {
    this.#words = words.slice();
    this.#boxes = boxes.slice();
  }

  /** Mixes a key in, and a salt where there is one. */
  expand(key: Int32Array, salt: Int32Array | undefined): void {
    const words = this.#words;
    for (let i = 0; i < WORDS; i++) words[i] = (words[i] as number) ^ (key[i] as number);
    const pair = new Int32Array(2);
    let at = 0;
    for (const target of [words, this.#boxes]) {
      for (let i = 0; i < target.length; i += 2) {
        if (salt !== undefined) {
          pair[0] = (pair[0] as number) ^ (salt[at] as number);
          pair[1] = (pair[1] as number) ^ (salt[at + 1] as number);
          at = (at + 2) % 4;
        }
        this.encrypt(pair, 0);
        target[i] = pair[0] as number;
        target[i + 1] = pair[1] as number;
      }
    }
  }

  /** Encrypts two words in place. */
  encrypt(text: Int32Array, at: number): void {
    const words = this.#words;
    const boxes = this.#boxes;
    let left = text[at] as number;
    let right = text[at + 1] as number;
    for (let i = 0; i < ROUNDS; i += 2) {
      left ^= words[i] as number;
      right ^= mixed(boxes, left);
      right ^= words[i + 1] as number;
      left ^= mixed(boxes, right);
    }
    text[at] = right ^ (words[ROUNDS + 1] as number);
    text[at + 1] = left ^ (words[ROUNDS] as number);
  }
}

function mixed(boxes: Int32Array, word: number): number {
  const a = boxes[word >>> 24] as number;
  const b = boxes[BOX + ((word >>> 16) & 255)] as number;
  const c = boxes[2 * BOX + ((word >>> 8) & 255)] as number;
  const d = boxes[3 * BOX + (word & 255)] as number;
  return (((a + b) | 0) ^ c) + d;
}
