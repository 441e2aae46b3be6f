import { lengthTag, WireWriter } from "./wire-writer.ts";

/** The length before an event: four bytes, the highest first (length-delimited framing of the API's streams). */
const LENGTH_BYTES = 4;

/** One event of a watch: its length, then WatchEvent {type = 1, object = 2 {raw = 1}}, where raw is a whole body. */
export function watchFrame(type: string, body: Buffer): Buffer {
  const out = new WireWriter(body.length + 64);
  out.bytes(body);
  out.head(lengthTag(1), 0);
  out.head(lengthTag(2), 0);
  out.textField(lengthTag(1), type);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(out.written);
  out.bytes(length);
  return out.finish();
}
