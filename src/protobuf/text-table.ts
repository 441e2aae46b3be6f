/** Texts that are kept; a place for each hash. */
const PLACES = 1024;
/** Longer texts are seldom the same. */
export const LONGEST_KEPT = 24;

/**
 * Short texts that were read before, so that the same bytes make no second text: most of an object's texts are words of
 * the API, or names that its neighbours have too. The newest text of a hash is the one that is kept.
 */
export class TextTable {
  readonly #texts: string[] = Array.from({ length: PLACES }, () => "");

  /** The text of so many bytes, LONGEST_KEPT at most; undefined where they are not all ASCII. */
  text(bytes: Uint8Array, start: number, end: number): string | undefined {
    let hash = end - start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte > 0x7f) return undefined;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const place = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (PLACES - 1);
    const kept = this.#texts[place] as string;
    if (isSame(kept, bytes, start, end)) return kept;
    const text = String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
    this.#texts[place] = text;
    return text;
  }
}

function isSame(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0, at = start; at < end; i++, at++) if (text.charCodeAt(i) !== bytes[at]) return false;
  return true;
}
