import type { BodySink } from "../request/exchange.ts";

/** Bytes that leave in one piece: bigger slabs cost page faults and hold up small answers. */
const SLAB = 64 * 1024;
/** Milliseconds of filling slabs after which other requests get their turn. */
const TURN_MS = 5;

/** Bytes of an item from `start` on; where that cuts kind and apiVersion off, a `{` is written before them. */
export interface ItemBytes {
  readonly bytes: Buffer;
  readonly start: number;
}

/**
 * The body of a list: opening, items and closing copied from the objects' own bytes. Small lists are one buffer; long ones a
 * function that sends slab by slab, waits for a slow peer and yields between turns.
 */
export function piecesBody(
  opening: Buffer,
  closing: Buffer,
  count: number,
  item: (index: number) => ItemBytes,
): Buffer | ((sink: BodySink) => Promise<void>) {
  let size = opening.length + closing.length;
  for (let i = 0; i < count && size <= SLAB; i++) {
    const { bytes, start } = item(i);
    size += bytes.length - start + 2;
  }
  if (size <= SLAB) return small(opening, closing, count, item, size);
  return (sink) => send(opening, closing, count, item, sink);
}

function small(opening: Buffer, closing: Buffer, count: number, item: (index: number) => ItemBytes, size: number): Buffer {
  const body = Buffer.allocUnsafe(size);
  let at = opening.copy(body);
  for (let i = 0; i < count; i++) at = put(body, at, i, item(i));
  at += closing.copy(body, at);
  return body.subarray(0, at);
}

/** Copies one item with what separates it from the one before; the place after it. */
function put(target: Buffer, at: number, index: number, { bytes, start }: ItemBytes): number {
  if (index > 0) target[at++] = COMMA;
  if (start > 0) target[at++] = OPEN_BRACE;
  return at + bytes.copy(target, at, start);
}

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;

async function send(opening: Buffer, closing: Buffer, count: number, item: (index: number) => ItemBytes, sink: BodySink): Promise<void> {
  let slab = Buffer.allocUnsafeSlow(SLAB);
  let at = opening.copy(slab);
  let turn = performance.now();
  for (let i = 0; i < count; i++) {
    const next = item(i);
    if (at + (next.bytes.length - next.start) + closing.length + 2 > SLAB) {
      if (!sink.write(slab.subarray(0, at))) await sink.drained();
      if (sink.closed) return;
      if (performance.now() - turn > TURN_MS) {
        await new Promise((resume) => setImmediate(resume));
        turn = performance.now();
      }
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB, next.bytes.length + closing.length + 2));
      at = 0;
    }
    at = put(slab, at, i, next);
  }
  at += closing.copy(slab, at);
  sink.write(slab.subarray(0, at));
}
