import { PAYLOAD } from "./envelope.ts";
import { LENGTH, WireReader } from "./wire-reader.ts";
import { lengthTag, WireWriter } from "./wire-writer.ts";

/** metadata of an object, and resourceVersion of that. */
const METADATA = (1 << 3) | LENGTH;
const RESOURCE_VERSION = (6 << 3) | LENGTH;

/**
 * A stored object's message with its resourceVersion, as the field PAYLOAD of what holds it: spliced, nothing is read
 * but where it belongs. Undefined where it does not lie as it is written (metadata first, resourceVersion in it once);
 * then the message is to be written anew. Errors: ProtobufError.
 */
export function withResourceVersion(message: Buffer, version: string): Buffer | undefined {
  const reader = new WireReader(message);
  if (message.length === 0 || reader.tag() !== METADATA) return undefined;
  const outer = reader.enter();
  const start = reader.at;
  const { end } = reader;
  let from = -1;
  let to = -1;
  while (reader.at < reader.end) {
    const at = reader.at;
    const tag = reader.tag();
    reader.skip(tag & 7);
    if (tag !== RESOURCE_VERSION) continue;
    if (from >= 0) return undefined;
    from = at;
    to = reader.at;
  }
  reader.leave(outer);
  if (from < 0 || message[end] === METADATA) return undefined;
  const out = new WireWriter(message.length + version.length + 32);
  out.bytes(message.subarray(end));
  const written = out.written;
  out.bytes(message.subarray(to, end));
  out.textField(RESOURCE_VERSION, version);
  out.bytes(message.subarray(start, from));
  out.head(METADATA, written);
  out.head(lengthTag(PAYLOAD), 0);
  return out.finish();
}
