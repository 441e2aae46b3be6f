import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { resolvePlain } from "./yaml-scalar.ts";

/** A plain or quoted text is broken at the first space beyond this column. */
const bestWidth = 80;
const indentStep = 2;
/** A longer key is written behind `? `. */
const maxSimpleKey = 128;

/**
 * A value as YAML, in the style of sigs.k8s.io/yaml, which kubectl's users know: members sorted, lists not indented in
 * maps, texts plain where they can be, folded at 80 columns.
 */
export function stringifyYaml(value: ReadonlyJson): string {
  const writer = new Writer();
  writer.document(value);
  return writer.text();
}

class Writer {
  readonly #pieces: string[] = [];
  #column = 0;

  text(): string {
    return this.#pieces.join("");
  }

  document(value: ReadonlyJson): void {
    this.#node(value, 0, "document");
    this.#newLine();
  }

  /**
   * A value behind what was written: `indent` is the column of the members of the collection it stands in; `place` says
   * what stands before it on the line.
   */
  #node(value: ReadonlyJson, indent: number, place: "document" | "value" | "item"): void {
    if (isArray(value)) {
      if (value.length === 0) this.#word("[]");
      else this.#list(value, place === "item" ? indent + indentStep : indent, place);
    } else if (typeof value === "object" && value !== null) {
      const keys = Object.keys(value).filter((key) => value[key] !== undefined);
      if (keys.length === 0) this.#word("{}");
      else this.#map(value, keys.toSorted(compareKeys), place === "document" ? indent : indent + indentStep, place);
    } else {
      this.#scalar(value, indent + indentStep);
    }
  }

  #list(items: readonly ReadonlyJson[], indent: number, place: "document" | "value" | "item"): void {
    items.forEach((item, i) => {
      this.#startLine(indent, i === 0 && place !== "value");
      this.#put("-");
      this.#node(item, indent, "item");
    });
  }

  #map(map: ReadonlyJsonObject, keys: readonly string[], indent: number, place: "document" | "value" | "item"): void {
    keys.forEach((key, i) => {
      this.#startLine(indent, i === 0 && place !== "value");
      const value = map[key] ?? null;
      if (Buffer.byteLength(key) <= maxSimpleKey && !hasBreak(key)) {
        this.#string(key, indent, true);
        this.#put(":");
        this.#node(value, indent, "value");
      } else {
        this.#put("?");
        this.#string(key, indent + indentStep, false);
        this.#newLine();
        this.#put(`${" ".repeat(indent)}:`);
        this.#node(value, indent, "item");
      }
    });
  }

  /** Begins a member's or item's line; the first one behind `- ` goes on where it stands. */
  #startLine(indent: number, inPlace: boolean): void {
    if (inPlace) {
      if (this.#column > 0) this.#put(" ");
      return;
    }
    this.#newLine();
    this.#put(" ".repeat(indent));
  }

  #scalar(value: null | boolean | number | bigint | string, indent: number): void {
    if (typeof value === "string") this.#string(value, indent, false);
    else this.#word(typeof value === "number" ? formatNumber(value) : String(value));
  }

  #word(word: string): void {
    if (this.#column > 0) this.#put(" ");
    this.#put(word);
  }

  #string(text: string, indent: number, isKey: boolean): void {
    if (this.#column > 0 && !isKey) this.#put(" ");
    const style = chooseStyle(text, isKey);
    if (style === "plain") this.#folded(text, indent, !isKey, "");
    else if (style === "single") this.#folded(text, indent, !isKey, "'");
    else if (style === "double") this.#doubleQuoted(text, indent, !isKey);
    else this.#literal(text, indent);
  }

  /** Plain or single-quoted: broken at single spaces beyond the width. */
  #folded(text: string, indent: number, mayBreak: boolean, quote: "" | "'"): void {
    this.#put(quote);
    const characters = [...text];
    let afterSpace = false;
    characters.forEach((character, i) => {
      if (character !== " ") {
        this.#put(character === "'" && quote === "'" ? "''" : character);
        afterSpace = false;
        return;
      }
      const inside = quote === "" || (i > 0 && i < characters.length - 1);
      if (mayBreak && !afterSpace && this.#column > bestWidth && inside && characters[i + 1] !== " ") {
        this.#newLine();
        this.#put(" ".repeat(indent));
      } else {
        this.#put(" ");
      }
      afterSpace = true;
    });
    this.#put(quote);
  }

  #doubleQuoted(text: string, indent: number, mayBreak: boolean): void {
    this.#put('"');
    const characters = [...text.replace(/\p{Surrogate}/gu, "\ufffd")];
    let afterSpace = false;
    characters.forEach((character, i) => {
      if (character !== " ") {
        this.#put(escapeCharacter(character));
        afterSpace = false;
        return;
      }
      const inside = i > 0 && i < characters.length - 1;
      if (mayBreak && !afterSpace && this.#column > bestWidth && inside) {
        this.#newLine();
        this.#put(" ".repeat(indent));
        if (characters[i + 1] === " ") this.#put("\\");
      } else {
        this.#put(" ");
      }
      afterSpace = true;
    });
    this.#put('"');
  }

  #literal(text: string, indent: number): void {
    const hint = /^[ \n]/.test(text) ? String(indentStep) : "";
    const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
    this.#put(`|${hint}${chomp}`);
    const lines = text.split("\n");
    if (text.endsWith("\n")) lines.pop();
    for (const line of lines) {
      this.#newLine();
      if (line !== "") this.#put(" ".repeat(indent) + line);
    }
  }

  #put(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#column += text.length === 1 ? 1 : [...text].length;
  }

  #newLine(): void {
    this.#pieces.push("\n");
    this.#column = 0;
  }
}

function isArray(value: ReadonlyJson): value is readonly ReadonlyJson[] {
  return Array.isArray(value);
}

const breaks = /[\r\n\u0085\u2028\u2029]/;

function hasBreak(text: string): boolean {
  return breaks.test(text);
}

/** How a text can be written so that it is read back as the same text. */
function chooseStyle(text: string, isKey: boolean): "plain" | "single" | "double" | "literal" {
  if (text.includes("\n")) {
    return isKey || text.endsWith(" ") || / [\r\n\u0085\u2028\u2029]/.test(text) || !isPrintable(text) ? "double" : "literal";
  }
  const meaning = resolvePlain(text).type;
  if (meaning !== "string" || base60.test(text)) return "double";
  if (!isPrintable(text) || hasBreak(text)) return "double";
  return /^ | $/.test(text) || hasIndicators(text) ? "single" : "plain";
}

/** Older readers take 1:30 for a number in base 60. */
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Whether a text has, in a place where it counts, a sign that means something in block YAML. */
function hasIndicators(text: string): boolean {
  return /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?:[ \t]|$)|:(?:[ \t]|$)|(?<=[ \t\u0085\u2028\u2029])#/.test(text);
}

/** Whether all characters are line feeds or such as YAML lets stand by themselves; a tab and those beyond U+FFFF are not. */
function isPrintable(text: string): boolean {
  return /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/.test(text);
}

const named = new Map([
  ["\0", "\\0"],
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\u000b", "\\v"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ["\u001b", "\\e"],
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\u0085", "\\N"],
  ["\u2028", "\\L"],
  ["\u2029", "\\P"],
]);

const widest = { max: 0x10ffff, letter: "U", width: 8 } as const;
const widths = [{ max: 0xff, letter: "x", width: 2 }, { max: 0xffff, letter: "u", width: 4 }, widest] as const;

function escapeCharacter(character: string): string {
  const escape = named.get(character);
  if (escape !== undefined) return escape;
  if (isPrintable(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const { letter, width } = widths.find(({ max }) => code <= max) ?? widest;
  return `\\${letter}${code.toString(16).toUpperCase().padStart(width, "0")}`;
}

/** A number as the original prints it: integers in full up to uint64, floats with an exponent from six digits on. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 64) return BigInt(value).toString();
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Order of members: digits by their number, other signs before letters. */
function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  return isLess(left, right) ? -1 : isLess(right, left) ? 1 : 0;
}

function isLess(a: readonly string[], b: readonly string[]): boolean {
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a[i] === b[i]) i++;
  if (i === shorter) return a.length < b.length;
  const left = a[i] ?? "";
  const right = b[i] ?? "";
  const leftIsLetter = letter.test(left);
  const rightIsLetter = letter.test(right);
  if (leftIsLetter && rightIsLetter) return left < right;
  if (leftIsLetter || rightIsLetter) return rightIsLetter;
  // A zero counts if a digit other than zero went before it.
  const leading = left === "0" || right === "0" ? startsNumber(a, i) : "";
  const leftDigits = digitsFrom(a, i);
  const rightDigits = digitsFrom(b, i);
  const leftNumber = BigInt(`${leading}${leftDigits}` || "0");
  const rightNumber = BigInt(`${leading}${rightDigits}` || "0");
  if (leftNumber !== rightNumber) return leftNumber < rightNumber;
  if (leftDigits.length !== rightDigits.length) return leftDigits.length < rightDigits.length;
  return left < right;
}

const letter = /^\p{L}$/u;

function startsNumber(characters: readonly string[], end: number): "" | "1" {
  for (let i = end - 1; i >= 0; i--) {
    const character = characters[i] ?? "";
    if (!/^[0-9]$/.test(character)) return "";
    if (character !== "0") return "1";
  }
  return "";
}

function digitsFrom(characters: readonly string[], start: number): string {
  let end = start;
  // Longer runs than a key may have would take more than linear time to read.
  while (end < characters.length && end - start < 400 && /^[0-9]$/.test(characters[end] ?? "")) end++;
  return characters.slice(start, end).join("");
}
