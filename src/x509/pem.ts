/** One block of PEM (RFC 7468, with the headers of RFC 1421). */
export interface PemBlock {
  readonly type: string;
  readonly headers: boolean;
  readonly bytes: Buffer;
  /** What follows it. */
  readonly rest: string;
}

const BEGIN = /-----BEGIN ([^\n-]*)-----[ \t\r]*\n/y;
const END = /(?<=^|\n)-----END ([^\n-]*)-----/g;

/**
 * The first well-formed block of a text; undefined where there is none. What is not a block is passed over: each end is
 * looked at once, with the last beginning before it.
 */
export function readPem(text: string): PemBlock | undefined {
  let from = 0;
  for (const end of text.matchAll(END)) {
    const before = text.slice(from, end.index);
    const rest = end.index + end[0].length;
    const at = lastBegin(before);
    BEGIN.lastIndex = at;
    const begin = at < 0 ? null : BEGIN.exec(before);
    from = rest;
    const type = end[1] ?? "";
    if (begin?.[1] !== type) continue;
    const body = before.slice(BEGIN.lastIndex);
    const headers = /^[^\n:]+:/.test(body);
    const encoded = (headers ? body.replace(/^(?:[^\n:]*:[^\n]*\n)+/, "") : body).replace(/\s+/g, "");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) continue;
    return { type, headers, bytes: Buffer.from(encoded, "base64"), rest: text.slice(rest) };
  }
  return undefined;
}

/** Where the last line starts that begins a block; -1 where none does. */
function lastBegin(text: string): number {
  const at = text.lastIndexOf("\n-----BEGIN ");
  return at >= 0 ? at + 1 : text.startsWith("-----BEGIN ") ? 0 : -1;
}
