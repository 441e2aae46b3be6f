import { reservedNames } from "../parser.ts";

const escapable = /^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/;
const special = /__|\.|-|\//g;
const codes = new Map([
  ["__", "__underscores__"],
  [".", "__dot__"],
  ["-", "__dash__"],
  ["/", "__slash__"],
]);

/** What each code stands for. */
const parts = new Map([...codes].map(([part, code]) => [code, part]));

/** A field's name as an expression may write it, such as foo__dash__bar; undefined where no way of writing it exists. */
export function escapeFieldName(name: string): string | undefined {
  if (reservedNames.has(name)) return `__${name}__`;
  if (!escapable.test(name)) return undefined;
  return name.replace(special, (part) => codes.get(part) ?? part);
}

/** The field that an expression means by a name; undefined for a name that escaping cannot give. */
export function unescapeFieldName(name: string): string | undefined {
  if (!name.includes("__")) return name;
  const word = /^__([a-z]+)__$/.exec(name)?.[1];
  if (word !== undefined && reservedNames.has(word)) return word;
  const plain = name.replace(/__(underscores|dot|dash|slash)__/g, (code) => parts.get(code) ?? code);
  return escapeFieldName(plain) === name ? plain : undefined;
}

/** Whether a name can be a variable of an expression. */
export function isCelIdentifier(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reservedNames.has(name);
}
