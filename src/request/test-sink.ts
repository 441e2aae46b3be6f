import type { ApiAnswer, BodySink } from "./exchange.ts";

/** A peer that takes everything. */
export function sinkOf(take: (bytes: Buffer) => void): BodySink & { close(): void } {
  let close = (): void => {};
  return {
    write: (bytes) => (take(bytes), true),
    drained: async () => {},
    pending: 0,
    closed: false,
    onClose: (callback) => (close = callback),
    close: () => close(),
  };
}

/** The bytes of an answer, however it is sent. */
export async function gather({ body }: ApiAnswer): Promise<Buffer> {
  if (body === undefined || Buffer.isBuffer(body)) return body ?? Buffer.alloc(0);
  const pieces: Buffer[] = [];
  await body(sinkOf((bytes) => pieces.push(Buffer.from(bytes))));
  return Buffer.concat(pieces);
}
