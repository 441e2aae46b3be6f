import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unzip = promisify(gunzip);

/**
 * All bytes of an answer, unpacked where it is gzip. Errors: Error for more bytes than there may be, packed or not, for bad
 * gzip, and what breaks the connection.
 */
export async function readBody(response: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > most) throw new Error(`the answer is larger than ${most} bytes`);
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  return response.headers["content-encoding"] === "gzip" ? unzip(bytes, { maxOutputLength: most }) : bytes;
}
