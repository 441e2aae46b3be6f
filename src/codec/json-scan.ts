import { getOwn, type JsonObject, type JsonValue, setOwn } from "../object/json.ts";
import { ToldPaths } from "./told-paths.ts";

/** A text that is no JSON; `message` is the one that clients know, `offset` where in the text it went wrong. */
export class JsonError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A member that an object had already; the last one counts. */
interface DuplicateField {
  /** Where, as clients read it: `spec.containers[0].name`. */
  readonly path: string;
  /** The place of the second member's key in the text. */
  readonly offset: number;
}

/**
 * An integer that was written with a fraction or an exponent (1.0, 1e3). Integer fields refuse it, in the words in
 * which it was written; the value cannot tell any more.
 */
interface FractionalInteger {
  readonly path: string;
  readonly text: string;
}

/** A text's value, and what the value does not tell of the text. */
export interface ScannedJson {
  readonly value: JsonValue;
  /** In the order of the text, each path once. */
  readonly duplicates: readonly DuplicateField[];
  readonly fractionalIntegers: readonly FractionalInteger[];
}

/**
 * Deeper nesting is refused. The original's limit is 10,000; no object of the API comes near either, and code that
 * walks values may take several stack frames a level.
 */
export const maxJsonDepth = 1_000;

/** So many duplicates and fractional integers are told; a body of nothing else must not fill the memory. */
const maxReports = 1_000;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;
const point = 0x2e;

/**
 * Reads a JSON text strictly (RFC 8259): integers of any size are exact, duplicates are found, depth is bounded. Throws
 * JsonError and nothing else, in time linear in the text.
 */
export function scanJson(text: string): ScannedJson {
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  #at = 0;
  /** The way down to the present value: names of members and indices of items. */
  readonly #path: (string | number)[] = [];
  readonly #duplicates = new Map<string, DuplicateField>();
  readonly #fractionalIntegers: FractionalInteger[] = [];
  readonly #told = new ToldPaths();

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ScannedJson {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#unexpected("after top-level value");
    return { value, duplicates: [...this.#duplicates.values()], fractionalIntegers: this.#fractionalIntegers };
  }

  #value(): JsonValue {
    switch (this.#text.charCodeAt(this.#at)) {
      case openBrace:
        return this.#object();
      case openBracket:
        return this.#array();
      case quote:
        return this.#string();
      case 0x74:
        return this.#literal("true", true);
      case 0x66:
        return this.#literal("false", false);
      case 0x6e:
        return this.#literal("null", null);
      default:
        return this.#number();
    }
  }

  #object(): JsonObject {
    const object: JsonObject = {};
    const level = this.#enter();
    this.#space();
    if (this.#text.charCodeAt(this.#at) === closeBrace) return this.#leave(object);
    for (;;) {
      const offset = this.#at;
      if (this.#text.charCodeAt(offset) !== quote) throw this.#unexpected("looking for beginning of object key string");
      const key = this.#string();
      this.#path[level] = key;
      if (getOwn(object, key) !== undefined) this.#reportDuplicate(offset);
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== colon) throw this.#unexpected("after object key");
      this.#at++;
      this.#space();
      setOwn(object, key, this.#value());
      this.#space();
      const next = this.#text.charCodeAt(this.#at);
      if (next === closeBrace) return this.#leave(object);
      if (next !== comma) throw this.#unexpected("after object key:value pair");
      this.#at++;
      this.#space();
    }
  }

  #array(): JsonValue[] {
    const array: JsonValue[] = [];
    const level = this.#enter();
    this.#space();
    if (this.#text.charCodeAt(this.#at) === closeBracket) return this.#leave(array);
    for (;;) {
      this.#path[level] = array.length;
      array.push(this.#value());
      this.#space();
      const next = this.#text.charCodeAt(this.#at);
      if (next === closeBracket) return this.#leave(array);
      if (next !== comma) throw this.#unexpected("after array element");
      this.#at++;
      this.#space();
    }
  }

  /** Takes the opening brace or bracket; gives the place in the path where its members stand. */
  #enter(): number {
    if (this.#path.length >= maxJsonDepth) throw this.#unexpected("exceeded max depth");
    this.#at++;
    return this.#path.push("") - 1;
  }

  #leave<T>(value: T): T {
    this.#at++;
    this.#path.pop();
    return value;
  }

  #string(): string {
    const text = this.#text;
    let i = this.#at + 1;
    const start = i;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === quote) {
        this.#at = i + 1;
        return text.slice(start, i);
      }
      if (code === backslash) return this.#escapedString(start, i);
      if (code < 0x20) break;
    }
    this.#at = i;
    throw this.#unexpected("in string literal");
  }

  /** The rest of a string from its first escape on. */
  #escapedString(start: number, firstEscape: number): string {
    const text = this.#text;
    const pieces: string[] = [];
    let from = start;
    let i = firstEscape;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === quote) {
        pieces.push(text.slice(from, i));
        this.#at = i + 1;
        return pieces.some(isSurrogate) ? pieces.join("").replace(HALF_CHARACTER, "\ufffd") : pieces.join("");
      }
      if (code < 0x20) break;
      if (code !== backslash) {
        i++;
        continue;
      }
      pieces.push(text.slice(from, i));
      this.#at = i + 1;
      pieces.push(this.#escape());
      i = this.#at;
      from = i;
    }
    this.#at = i;
    throw this.#unexpected("in string literal");
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#at);
    const simple = escapes.get(letter);
    if (simple !== undefined) {
      this.#at++;
      return simple;
    }
    if (letter !== "u") throw this.#unexpected("in string escape code");
    for (let i = 0; i < 4; i++) {
      this.#at++;
      if (!isHexDigit(this.#text.charCodeAt(this.#at))) throw this.#unexpected("in \\u hexadecimal character escape");
    }
    this.#at++;
    return String.fromCharCode(Number.parseInt(this.#text.slice(this.#at - 4, this.#at), 16));
  }

  #literal<T extends JsonValue>(word: string, value: T): T {
    for (let i = 1; i < word.length; i++) {
      this.#at++;
      if (this.#text.charAt(this.#at) !== word[i]) throw this.#unexpected(`in literal ${word} (expecting '${word[i]}')`);
    }
    this.#at++;
    return value;
  }

  #number(): number | bigint {
    const start = this.#at;
    const negative = this.#text.charCodeAt(start) === minus;
    if (negative) this.#at++;
    if (this.#text.charCodeAt(this.#at) === zero) this.#at++;
    else this.#digits(negative ? "in numeric literal" : "looking for beginning of value");
    const integer = this.#at;
    if (this.#text.charCodeAt(this.#at) === point) {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    const exponent = this.#text.charAt(this.#at);
    if (exponent === "e" || exponent === "E") {
      this.#at++;
      const sign = this.#text.charAt(this.#at);
      if (sign === "+" || sign === "-") this.#at++;
      this.#digits("in exponent of numeric literal");
    }
    const text = this.#text.slice(start, this.#at);
    const value = Number(text);
    if (this.#at === integer) return Number.isSafeInteger(value) ? value : bigInteger(text, start);
    if (!Number.isFinite(value)) throw outOfRange(text, start);
    if (Number.isInteger(value)) this.#reportFractional(text);
    return value;
  }

  /** At least one digit. */
  #digits(context: string): void {
    if (!isDigit(this.#text.charCodeAt(this.#at))) throw this.#unexpected(context);
    do this.#at++;
    while (isDigit(this.#text.charCodeAt(this.#at)));
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #reportDuplicate(offset: number): void {
    if (this.#duplicates.size >= maxReports) return;
    const path = this.#told.text(this.#path);
    if (path !== undefined && !this.#duplicates.has(path)) this.#duplicates.set(path, { path, offset });
  }

  #reportFractional(text: string): void {
    if (this.#fractionalIntegers.length >= maxReports) return;
    const path = this.#told.text(this.#path);
    if (path !== undefined) this.#fractionalIntegers.push({ path, text });
  }

  #unexpected(context: string): JsonError {
    const at = this.#at;
    if (at >= this.#text.length) return new JsonError("unexpected end of JSON input", at);
    return new JsonError(`invalid character ${shownByte(this.#text, at)} ${context}`, at);
  }
}

/** Half of a character, which only escapes can write: it is read as a replacement character. */
const HALF_CHARACTER = /\p{Surrogate}/gu;

function isSurrogate(piece: string): boolean {
  return piece.length === 1 && piece >= "\ud800" && piece <= "\udfff";
}

const escapes = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** No number of the API has so many digits, and reading them takes more than linear time. */
const maxIntegerDigits = 400;

function bigInteger(text: string, offset: number): bigint {
  if (text.length > maxIntegerDigits) throw outOfRange(text.slice(0, maxIntegerDigits), offset);
  return BigInt(text);
}

function outOfRange(text: string, offset: number): JsonError {
  return new JsonError(`json: cannot unmarshal number ${text} into Go value of type float64`, offset);
}

/** The character at a place as the original shows it: the first byte of its UTF-8 form, as a Latin-1 letter. */
function shownByte(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0xfffd);
  const byte = Buffer.from(character, "utf8")[0] ?? 0;
  const special = shownBytes.get(byte);
  if (special !== undefined) return special;
  const invisible = byte < 0x20 || (byte >= 0x7f && byte <= 0xa0) || byte === 0xad;
  if (!invisible) return `'${String.fromCharCode(byte)}'`;
  return byte < 0x80 ? `'\\x${byte.toString(16).padStart(2, "0")}'` : `'\\u00${byte.toString(16)}'`;
}

const shownBytes = new Map([
  [0x27, "'\\''"],
  [0x5c, "'\\\\'"],
  [0x07, "'\\a'"],
  [0x08, "'\\b'"],
  [0x0c, "'\\f'"],
  [0x0a, "'\\n'"],
  [0x0d, "'\\r'"],
  [0x09, "'\\t'"],
  [0x0b, "'\\v'"],
]);
