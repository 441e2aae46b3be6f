import { sortFew } from "./sort-few.ts";

/**
 * Texts are ordered by their UTF-8 bytes, as in etcd and in Go. JavaScript compares UTF-16 code units, which gives the same
 * order except between surrogates (U+10000 and up) and U+E000 to U+FFFF.
 */

/** Only strings with a code unit from here on can compare differently; both sides must have one. */
const irregular = /[\ud800-\uffff]/;

/** Whether `<` may order this string wrongly against another such string. */
export function isIrregular(text: string): boolean {
  return irregular.test(text);
}

/** Compares two strings by their UTF-8 bytes: negative, 0 or positive. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** An object's own keys in that order. */
export function sortedKeys(object: object): string[] {
  return sortFew(Object.keys(object), compareTexts);
}

/** Surrogates stand for code points beyond U+FFFF: they move behind U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
