/**
 * Keys are ordered by their UTF-8 bytes, as in etcd. JavaScript compares UTF-16 code units, which gives the same order
 * except between surrogates (U+10000 and up) and U+E000 to U+FFFF.
 */

/** Only strings with a code unit from here on can compare differently; both sides must have one. */
const irregular = /[\ud800-\uffff]/;

/** Whether `<` may order this string wrongly against another such string. */
export function isIrregular(key: string): boolean {
  return irregular.test(key);
}

/** Compares two strings by their UTF-8 bytes: negative, 0 or positive. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  if (irregular.test(a) && irregular.test(b)) return compareIrregular(a, b);
  return a < b ? -1 : 1;
}

function compareIrregular(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond U+FFFF: they move behind U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The exclusive end of the range of all keys that begin with this prefix; an empty prefix gives every key. */
export function prefixEnd(prefix: string): string {
  for (let length = prefix.length; length > 0;) {
    const point = prefix.codePointAt(length - 1) ?? 0;
    const isTrail = point >= 0xdc00 && point < 0xe000 && length > 1;
    const start = isTrail ? length - 2 : length - 1;
    const last = prefix.codePointAt(start) ?? 0;
    // U+D7FF is followed by U+E000: surrogates are no characters.
    if (last < 0x10ffff) return prefix.slice(0, start) + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
    length = start;
  }
  return lastKey;
}

/** Above every key that can be stored: keys are well-formed text, and U+10FFFF is no character. */
export const lastKey = "\u{10ffff}";
