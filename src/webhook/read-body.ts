import type { IncomingMessage } from "node:http";

/** All bytes of an answer. Errors: Error for more bytes than there may be, and what breaks the connection. */
export async function readBody(response: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > most) throw new Error(`the answer is larger than ${most} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
