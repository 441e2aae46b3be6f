import { escapeSpace, type Issue } from "./source.ts";

/** Token types, in the order in which messages list what was expected. */
export const token = {
  equals: 1,
  notEquals: 2,
  in: 3,
  less: 4,
  lessEquals: 5,
  greaterEquals: 6,
  greater: 7,
  and: 8,
  or: 9,
  leftBracket: 10,
  rightBracket: 11,
  leftBrace: 12,
  rightBrace: 13,
  leftParen: 14,
  rightParen: 15,
  dot: 16,
  comma: 17,
  minus: 18,
  not: 19,
  question: 20,
  colon: 21,
  plus: 22,
  star: 23,
  slash: 24,
  percent: 25,
  true: 26,
  false: 27,
  null: 28,
  float: 31,
  int: 32,
  uint: 33,
  string: 34,
  bytes: 35,
  identifier: 36,
  quotedIdentifier: 37,
  end: 99,
} as const;

/** How messages name a token type. */
export const tokenNames: Readonly<Record<number, string>> = {
  [token.equals]: "'=='",
  [token.notEquals]: "'!='",
  [token.in]: "'in'",
  [token.less]: "'<'",
  [token.lessEquals]: "'<='",
  [token.greaterEquals]: "'>='",
  [token.greater]: "'>'",
  [token.and]: "'&&'",
  [token.or]: "'||'",
  [token.leftBracket]: "'['",
  [token.rightBracket]: "']'",
  [token.leftBrace]: "'{'",
  [token.rightBrace]: "'}'",
  [token.leftParen]: "'('",
  [token.rightParen]: "')'",
  [token.dot]: "'.'",
  [token.comma]: "','",
  [token.minus]: "'-'",
  [token.not]: "'!'",
  [token.question]: "'?'",
  [token.colon]: "':'",
  [token.plus]: "'+'",
  [token.star]: "'*'",
  [token.slash]: "'/'",
  [token.percent]: "'%'",
  [token.true]: "'true'",
  [token.false]: "'false'",
  [token.null]: "'null'",
  [token.float]: "NUM_FLOAT",
  [token.int]: "NUM_INT",
  [token.uint]: "NUM_UINT",
  [token.string]: "STRING",
  [token.bytes]: "BYTES",
  [token.identifier]: "IDENTIFIER",
  [token.quotedIdentifier]: "ESC_IDENTIFIER",
  [token.end]: "<EOF>",
};

const single = new Map<number, number>(
  Object.entries({
    "[": token.leftBracket,
    "]": token.rightBracket,
    "{": token.leftBrace,
    "}": token.rightBrace,
    "(": token.leftParen,
    ")": token.rightParen,
    ".": token.dot,
    ",": token.comma,
    "-": token.minus,
    "?": token.question,
    ":": token.colon,
    "+": token.plus,
    "*": token.star,
    "/": token.slash,
    "%": token.percent,
  }).map(([char, type]) => [char.charCodeAt(0), type]),
);

const words = new Map<string, number>([
  ["in", token.in],
  ["true", token.true],
  ["false", token.false],
  ["null", token.null],
]);

// One bit set a character class; only ASCII has a meaning outside strings and comments.
const letter = 1;
const digit = 2;
const hex = 4;
const quoted = 8;
const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const char = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(char)) classes[c] = (classes[c] ?? 0) | letter;
  if (/[0-9]/.test(char)) classes[c] = (classes[c] ?? 0) | digit;
  if (/[0-9A-Fa-f]/.test(char)) classes[c] = (classes[c] ?? 0) | hex;
  if (/[A-Za-z0-9_./\- ]/.test(char)) classes[c] = (classes[c] ?? 0) | quoted;
}

function is(code: number, kind: number): boolean {
  return code < 128 && ((classes[code] ?? 0) & kind) !== 0;
}

const escapable = new Set([..."abfnrtv\"'\\?`"].map((c) => c.charCodeAt(0)));

/**
 * Cuts a source into tokens, one at a time, longest match first. What is no token is reported and skipped, as the
 * grammar's own lexer does, so that one pass finds every fault.
 */
export class Lexer {
  readonly text: string;
  readonly issues: Issue[] = [];
  type = 0;
  start = 0;
  end = 0;
  /** Where the last failed match stopped. */
  #stuck = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves to the next token; its type, start and end are this lexer's fields. */
  next(): void {
    const text = this.text;
    let at = this.end;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32 || (code >= 9 && code <= 13 && code !== 11)) {
        at++;
        continue;
      }
      if (code === 47 && text.charCodeAt(at + 1) === 47) {
        const newline = text.indexOf("\n", at);
        at = newline < 0 ? text.length : newline;
        continue;
      }
      this.start = at;
      if (at >= text.length) {
        this.type = token.end;
        this.end = at;
        return;
      }
      this.#stuck = at;
      this.end = this.#match(at, code);
      if (this.end > at) return;
      // the character that did not fit is part of the message, and skipped with the rest
      const width = (text.codePointAt(this.#stuck) ?? 0) > 0xffff ? 2 : 1;
      const stop = Math.min(this.#stuck + width, text.length);
      this.issues.push({ offset: at, message: `Syntax error: token recognition error at: '${escapeSpace(text.slice(at, stop))}'` });
      at = stop;
    }
  }

  /** The end of the token that starts here, or the start itself if none does. */
  #match(at: number, code: number): number {
    if (is(code, letter)) return this.#word(at, code);
    if (is(code, digit) || (code === 46 && is(this.text.charCodeAt(at + 1), digit))) return this.#number(at);
    if (code === 34 || code === 39) {
      this.type = token.string;
      return this.#string(at, at, false);
    }
    if (code === 96) return this.#quotedIdentifier(at);
    const next = this.text.charCodeAt(at + 1);
    switch (code) {
      case 60:
        return this.#operator(at, next === 61 ? token.lessEquals : token.less, next === 61);
      case 62:
        return this.#operator(at, next === 61 ? token.greaterEquals : token.greater, next === 61);
      case 33:
        return this.#operator(at, next === 61 ? token.notEquals : token.not, next === 61);
      case 61:
        if (next === 61) return this.#operator(at, token.equals, true);
        break;
      case 38:
        if (next === 38) return this.#operator(at, token.and, true);
        break;
      case 124:
        if (next === 124) return this.#operator(at, token.or, true);
        break;
      default: {
        const type = single.get(code);
        if (type === undefined) return at;
        return this.#operator(at, type, false);
      }
    }
    this.#stuck = at + 1;
    return at;
  }

  #operator(at: number, type: number, double: boolean): number {
    this.type = type;
    return at + (double ? 2 : 1);
  }

  #word(at: number, code: number): number {
    const text = this.text;
    const prefix = stringPrefix(text, at, code);
    if (prefix > 0) {
      this.type = (code | 32) === 98 ? token.bytes : token.string;
      const raw = (text.charCodeAt(at + prefix - 1) | 32) === 114;
      const end = this.#string(at, at + prefix, raw);
      if (end > at) return end;
    }
    let end = at + 1;
    while (is(text.charCodeAt(end), letter | digit)) end++;
    this.type = token.identifier;
    if (end - at <= 5) this.type = words.get(text.slice(at, end)) ?? token.identifier;
    return end;
  }

  #number(at: number): number {
    const text = this.text;
    if (text.charCodeAt(at) === 48 && text.charCodeAt(at + 1) === 120 && is(text.charCodeAt(at + 2), hex)) {
      let end = at + 3;
      while (is(text.charCodeAt(end), hex)) end++;
      return this.#unsigned(end);
    }
    let end = this.#digits(at);
    if (text.charCodeAt(end) === 46 && is(text.charCodeAt(end + 1), digit)) {
      end = this.#digits(end + 1);
      this.type = token.float;
      return this.#exponent(end) ?? end;
    }
    const scaled = this.#exponent(end);
    if (scaled !== undefined) {
      this.type = token.float;
      return scaled;
    }
    return this.#unsigned(end);
  }

  #digits(at: number): number {
    let end = at;
    while (is(this.text.charCodeAt(end), digit)) end++;
    return end;
  }

  #exponent(at: number): number | undefined {
    if ((this.text.charCodeAt(at) | 32) !== 101) return undefined;
    const sign = this.text.charCodeAt(at + 1);
    const from = sign === 43 || sign === 45 ? at + 2 : at + 1;
    return is(this.text.charCodeAt(from), digit) ? this.#digits(from) : undefined;
  }

  #unsigned(end: number): number {
    const unsigned = (this.text.charCodeAt(end) | 32) === 117;
    this.type = unsigned ? token.uint : token.int;
    return unsigned ? end + 1 : end;
  }

  /** A string literal whose quote is at `open`; `at` is where the token, with its prefix, starts. */
  #string(at: number, open: number, raw: boolean): number {
    const text = this.text;
    const quote = text.charCodeAt(open);
    if (text.charCodeAt(open + 1) === quote && text.charCodeAt(open + 2) === quote) {
      const end = this.#stringBody(open + 3, quote, raw, true);
      if (end > 0) return end;
      return open + 2; // unfinished: what is certain is an empty string
    }
    const end = this.#stringBody(open + 1, quote, raw, false);
    return end > 0 ? end : at;
  }

  #stringBody(from: number, quote: number, raw: boolean, triple: boolean): number {
    const text = this.text;
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === quote) {
        if (!triple) return i + 1;
        if (text.charCodeAt(i + 1) === quote && text.charCodeAt(i + 2) === quote) return i + 3;
      } else if (code === 92 && !raw) {
        const length = escapeLength(text, i);
        if (length <= 0) {
          this.#stuck = i - length;
          return -1;
        }
        i += length - 1;
      } else if (!triple && (code === 10 || code === 13)) {
        this.#stuck = i;
        return -1;
      }
    }
    this.#stuck = text.length;
    return -1;
  }

  #quotedIdentifier(at: number): number {
    let end = at + 1;
    while (is(this.text.charCodeAt(end), quoted)) end++;
    this.#stuck = end;
    if (end === at + 1 || this.text.charCodeAt(end) !== 96) return at;
    this.type = token.quotedIdentifier;
    return end + 1;
  }
}

/** How many letters (b, r, br) stand before a quote here; 0 if this is an ordinary word. */
function stringPrefix(text: string, at: number, code: number): number {
  const lower = code | 32;
  if (lower !== 98 && lower !== 114) return 0;
  const next = text.charCodeAt(at + 1);
  if (next === 34 || next === 39) return 1;
  if (lower === 98 && (next | 32) === 114) {
    const third = text.charCodeAt(at + 2);
    if (third === 34 || third === 39) return 2;
  }
  return 0;
}

/** The length of the escape at a backslash; if it is none, minus the distance to the character that does not fit. */
function escapeLength(text: string, at: number): number {
  const kind = text.charCodeAt(at + 1);
  if (escapable.has(kind)) return 2;
  const lower = kind | 32;
  const digits = lower === 120 ? 2 : kind === 117 ? 4 : kind === 85 ? 8 : 0;
  if (digits > 0) {
    for (let i = 0; i < digits; i++) if (!is(text.charCodeAt(at + 2 + i), hex)) return -(2 + i);
    return 2 + digits;
  }
  if (kind >= 48 && kind <= 51) {
    for (let i = 2; i < 4; i++) {
      const octal = text.charCodeAt(at + i);
      if (!(octal >= 48 && octal <= 55)) return -i;
    }
    return 4;
  }
  return -1;
}
