import type { BodySink } from "../request/exchange.ts";
import { turns } from "./turns.ts";

/** Bytes that leave in one piece: bigger slabs cost page faults and hold up small answers. */
const SLAB = 64 * 1024;

/** Bytes of an item from `start` on; where that cuts kind and apiVersion off, a `{` is written before them. */
export interface ItemBytes {
  readonly bytes: Buffer;
  readonly start: number;
}

/** Items follow one another behind commas (JSON), or say themselves where they end (protobuf). */
export type Separation = "commas" | "none";

/**
 * The body of a JSON list: opening, items and closing copied from the objects' own bytes. Small lists are one buffer; long
 * ones a function that sends slab by slab, waits for a slow peer and yields between turns.
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
  return (sink) => sendPieces({ opening, closing, count, item, separation: "commas" }, sink);
}

function small(opening: Buffer, closing: Buffer, count: number, item: (index: number) => ItemBytes, size: number): Buffer {
  const body = Buffer.allocUnsafe(size);
  let at = opening.copy(body);
  for (let i = 0; i < count; i++) at = put(body, at, i > 0, item(i));
  at += closing.copy(body, at);
  return body.subarray(0, at);
}

/** Copies one item, behind a comma where one is due; the place after it. */
function put(target: Buffer, at: number, comma: boolean, { bytes, start }: ItemBytes): number {
  if (comma) target[at++] = COMMA;
  if (start > 0) target[at++] = OPEN_BRACE;
  return at + bytes.copy(target, at, start);
}

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;

/** What a list is made of. */
export interface Pieces {
  readonly opening: Buffer;
  readonly closing: Buffer;
  readonly count: number;
  readonly item: (index: number) => ItemBytes;
  readonly separation: Separation;
}

/** Sends a list slab by slab at the pace of its reader, other requests having their turns between. */
export async function sendPieces({ opening, closing, count, item, separation }: Pieces, sink: BodySink): Promise<void> {
  let slab = Buffer.allocUnsafeSlow(SLAB);
  let at = opening.copy(slab);
  const pause = turns();
  for (let i = 0; i < count; i++) {
    const next = item(i);
    if (at + (next.bytes.length - next.start) + closing.length + 2 > SLAB) {
      const taken = sink.write(slab.subarray(0, at));
      if (!taken) await sink.drained();
      if (sink.closed) return;
      const turn = pause();
      if (turn !== undefined) await turn;
      const least = Math.max(SLAB, next.bytes.length + closing.length + 2);
      // What has gone out is filled again: a fresh slab each time costs page faults. What is still queued must stay as it is.
      if (taken || slab.length !== least) slab = Buffer.allocUnsafeSlow(least);
      at = 0;
    }
    at = put(slab, at, i > 0 && separation === "commas", next);
  }
  at += closing.copy(slab, at);
  sink.write(slab.subarray(0, at));
}
