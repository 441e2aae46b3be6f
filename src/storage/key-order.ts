import { compareTexts } from "../object/text-order.ts";

/** Keys are ordered by their UTF-8 bytes, as in etcd. */
export { compareTexts as compareKeys, isIrregular } from "../object/text-order.ts";

/** Whether a key lies in a range: start ≤ key < end. */
export function isWithin(key: string, start: string, end: string): boolean {
  return compareTexts(start, key) <= 0 && compareTexts(key, end) < 0;
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
