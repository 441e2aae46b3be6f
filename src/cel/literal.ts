import { Double, Uint, int, maxInt, maxUint, minInt } from "./value.ts";

/** A literal that is well formed but means nothing. */
export class LiteralFault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** The value of an int literal (decimal or hexadecimal). Throws LiteralFault beyond 64 bits. */
export function intLiteral(text: string, negative: boolean): number | bigint {
  const magnitude = BigInt(text);
  const value = negative ? -magnitude : magnitude;
  if (value > maxInt || value < minInt) throw new LiteralFault("invalid int literal");
  return int(value);
}

/** The value of an uint literal. Throws LiteralFault beyond 64 bits or below zero. */
export function uintLiteral(text: string, negative: boolean): Uint {
  const value = BigInt(text.slice(0, -1));
  if (value > maxUint || (negative && value !== 0n)) throw new LiteralFault("invalid uint literal");
  return new Uint(value);
}

/** The value of a double literal. Throws LiteralFault where it is too large. */
export function doubleLiteral(text: string, negative: boolean): Double {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new LiteralFault("invalid double literal");
  return new Double(negative ? -value : value);
}

/** The text that a string literal, with its quotes and prefix, stands for. Throws LiteralFault for half characters. */
export function stringLiteral(text: string): string {
  const { body, raw } = unquote(text);
  if (raw || !body.includes("\\")) return newlines(body);
  return newlines(body).replace(escape, (all: string, code: string) => {
    const point = simpleEscapes.get(code) ?? parseInt(code.replace(/^[xXuU]/, ""), /^[xXuU]/.test(code) ? 16 : 8);
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) throw new LiteralFault("invalid unicode code point");
    return Number.isNaN(point) ? all : String.fromCodePoint(point);
  });
}

/** The bytes that a bytes literal stands for: escapes are bytes, other characters their UTF-8. */
export function bytesLiteral(text: string): Uint8Array {
  const { body, raw } = unquote(text.slice(1));
  if (raw || !body.includes("\\")) return new TextEncoder().encode(newlines(body));
  const parts: Uint8Array[] = [];
  let last = 0;
  const normal = newlines(body);
  for (const match of normal.matchAll(escape)) {
    parts.push(new TextEncoder().encode(normal.slice(last, match.index)));
    const code = match[1] ?? "";
    if (/^[uU]/.test(code)) throw new LiteralFault("unable to unescape string");
    parts.push(Uint8Array.of(simpleEscapes.get(code) ?? parseInt(code.replace(/^[xX]/, ""), /^[xX]/.test(code) ? 16 : 8)));
    last = match.index + match[0].length;
  }
  parts.push(new TextEncoder().encode(normal.slice(last)));
  return new Uint8Array(Buffer.concat(parts));
}

const escape = /\\([xX][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-3][0-7]{2}|[\s\S])/g;
const simpleEscapes = new Map<string, number>([
  ["a", 7],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ['"', 34],
  ["'", 39],
  ["\\", 92],
  ["?", 63],
  ["`", 96],
]);

function unquote(text: string): { readonly body: string; readonly raw: boolean } {
  const raw = text.startsWith("r") || text.startsWith("R");
  const quoted = raw ? text.slice(1) : text;
  const triple = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''"));
  return { body: triple ? quoted.slice(3, -3) : quoted.slice(1, -1), raw };
}

/** A source may use any line ending; a string has one. */
function newlines(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
