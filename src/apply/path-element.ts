import { goJson } from "../object/go-json.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import { compareTexts } from "../object/text-order.ts";

/**
 * One step from an object to what lies in it, as its FieldsV1 key in canonical form: `f:spec`, `k:{"name":"main"}`,
 * `v:"example.com/x"`, `i:0`. Two steps are the same exactly when their texts are, so field sets compare no values.
 */
export type PathElement = string;

/** A member of a struct or map, by name. */
export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** An item of a list of type set, by its value. */
export function valueElement(value: ReadonlyJson): PathElement {
  return `v:${canonicalJson(value)}`;
}

/** An item of a list of type map, by the members that identify it; the names must be in byte order. */
export function keyElement(names: readonly string[], values: readonly ReadonlyJson[]): PathElement {
  let text = "k:{";
  for (let i = 0; i < names.length; i++) {
    if (i > 0) text += ",";
    text += `${canonicalJson(names[i] as string)}:${canonicalJson(values[i] as ReadonlyJson)}`;
  }
  return `${text}}`;
}

const plainText = /^[A-Za-z0-9_./ :-]*$/;

function canonicalJson(value: ReadonlyJson): string {
  if (typeof value === "string" && plainText.test(value)) return `"${value}"`;
  if (typeof value === "number") return String(value);
  return goJson(value);
}

/** Numbers that JSON.parse would round; such a key is taken as it stands. */
const longNumber = /[0-9]{16}/;

/**
 * A key of a FieldsV1 object as a canonical element. Undefined: a kind of step that this version does not know, to be
 * left out. Errors: a text that says what is wrong with the key.
 */
export function parseElement(key: string): { readonly element: PathElement | undefined } | { readonly error: string } {
  if (key.length < 2) return { error: "key must be 2 characters long:" };
  if (key[1] !== ":") return { error: `missing colon: ${key}` };
  switch (key[0]) {
    case "f":
      return { element: key };
    case "v":
    case "k":
      return parseJsonElement(key);
    case "i":
      return /^i:[+-]?[0-9]{1,15}$/.test(key) ? { element: `i:${Number(key.slice(2))}` } : { error: `invalid index: ${key}` };
    default:
      return { element: undefined };
  }
}

function parseJsonElement(key: string): { readonly element: PathElement } | { readonly error: string } {
  if (longNumber.test(key)) return { element: key };
  const value = jsonOf(key);
  if (value === undefined) return { error: `invalid JSON in key: ${key}` };
  if (key[0] === "v") return { element: valueElement(value) };
  const members = keyMembers(value);
  if (members === undefined) return { error: `not an object in key: ${key}` };
  const names = members.map(([name]) => name);
  return {
    element: keyElement(
      names,
      members.map(([, member]) => member),
    ),
  };
}

function jsonOf(element: PathElement): ReadonlyJson | undefined {
  try {
    const value: ReadonlyJson = JSON.parse(element.slice(2));
    return value;
  } catch {
    return undefined;
  }
}

function keyMembers(value: ReadonlyJson): [string, ReadonlyJson][] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const members: [string, ReadonlyJson][] = [];
  for (const [name, member] of Object.entries(value as ReadonlyJsonObject)) if (member !== undefined) members.push([name, member]);
  return members.sort(([a], [b]) => compareTexts(a, b));
}

/** The member's name that an element stands for; undefined for items of lists. */
export function elementField(element: PathElement): string | undefined {
  return element.startsWith("f:") ? element.slice(2) : undefined;
}

/** A step as messages show it: `.spec`, `[name="main"]`, `[="x"]`, `[0]`. */
export function elementText(element: PathElement): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case "f":
      return `.${rest}`;
    case "k": {
      const members = keyMembers(jsonOf(element) ?? null) ?? [];
      return `[${members.map(([name, value]) => `${name}=${valueText(value)}`).join(",")}]`;
    }
    case "v":
      return `[=${valueText(jsonOf(element) ?? null)}]`;
    default:
      return `[${rest}]`;
  }
}

/** A whole path as messages show it: `.spec.containers[name="main"].image`. */
export function pathText(path: readonly PathElement[]): string {
  return path.map(elementText).join("");
}

function valueText(value: ReadonlyJson): string {
  return typeof value === "string" ? quoteText(value) : goJson(value);
}

const elementRank: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

/** The order in which elements stand in FieldsV1 and in messages: members, keyed items, values, indices. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  const kind = a[0] as string;
  if (kind !== b[0]) return (elementRank[kind] ?? 4) - (elementRank[b[0] as string] ?? 4);
  switch (kind) {
    case "f":
      return compareTexts(a, b);
    case "k":
      return compareStrings(a, b) ?? compareKeys(keyMembers(jsonOf(a) ?? null) ?? [], keyMembers(jsonOf(b) ?? null) ?? []);
    case "v":
      return compareValues(jsonOf(a) ?? null, jsonOf(b) ?? null);
    default:
      return Number(a.slice(2)) - Number(b.slice(2));
  }
}

/** Compares keys that differ first in a plain string, without reading them as JSON; undefined: they do not. */
function compareStrings(a: PathElement, b: PathElement): number | undefined {
  let at = 0;
  let inString = false;
  for (let code = a.charCodeAt(0); code === b.charCodeAt(at); code = a.charCodeAt(++at)) {
    if (code === quote) inString = !inString;
    if (code === backslash) return undefined;
  }
  const left = a.charCodeAt(at);
  const right = b.charCodeAt(at);
  if (!inString || left === backslash || right === backslash) return undefined;
  if (left === quote) return -1;
  return right === quote ? 1 : compareTexts(a[at] as string, b[at] as string);
}

const quote = 0x22;
const backslash = 0x5c;

function compareKeys(a: readonly [string, ReadonlyJson][], b: readonly [string, ReadonlyJson][]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [nameA, valueA] = a[i] as [string, ReadonlyJson];
    const [nameB, valueB] = b[i] as [string, ReadonlyJson];
    const order = compareTexts(nameA, nameB) || compareValues(valueA, valueB);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers before texts before booleans before everything else, as the original orders values of different types. */
function compareValues(a: ReadonlyJson, b: ReadonlyJson): number {
  const order = valueRank(a) - valueRank(b);
  if (order !== 0) return order;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  return compareTexts(goJson(a), goJson(b));
}

function isNumber(value: ReadonlyJson): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function valueRank(value: ReadonlyJson): number {
  if (isNumber(value)) return 0;
  if (typeof value === "string") return 1;
  if (typeof value === "boolean") return 2;
  return value === null ? 5 : Array.isArray(value) ? 3 : 4;
}
