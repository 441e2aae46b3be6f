/** One block of PEM (RFC 7468, with the headers of RFC 1421). */
export interface PemBlock {
  readonly type: string;
  readonly headers: boolean;
  readonly bytes: Buffer;
  /** What follows it. */
  readonly rest: string;
}

const BEGIN = /(?:^|\n)-----BEGIN ([^\n-]*)-----[ \t\r]*\n/g;

/** The first well-formed block of a text; undefined where there is none. What is not a block is passed over. */
export function readPem(text: string): PemBlock | undefined {
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin !== null; begin = BEGIN.exec(text)) {
    const type = begin[1] ?? "";
    const start = begin.index + begin[0].length;
    const mark = `-----END ${type}-----`;
    const at = text.startsWith(mark, start) ? start : text.indexOf(`\n${mark}`, start);
    if (at < 0) continue;
    const body = text.slice(start, at);
    const headers = /^[^\n:]+:/.test(body);
    const encoded = (headers ? body.replace(/^(?:[^\n]*:[^\n]*\n)+/, "") : body).replace(/\s+/g, "");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) continue;
    const end = text.indexOf(mark, at) + mark.length;
    return { type, headers, bytes: Buffer.from(encoded, "base64"), rest: text.slice(end) };
  }
  return undefined;
}
