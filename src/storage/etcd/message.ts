import { lengthTag, type WireWriter } from "../../protobuf/wire-writer.ts";
import type { WireReader } from "../../protobuf/wire-reader.ts";

/** A protobuf message to be written: its fields by number, undefined ones left out. */
export type Message = readonly (readonly [number: number, value: number | bigint | boolean | string | Uint8Array | Message | undefined])[];

/** Writes a message: the writer goes from end to beginning, so fields go last to first. Nesting is ours, three deep. */
export function writeMessage(writer: WireWriter, message: Message): void {
  for (let i = message.length - 1; i >= 0; i--) {
    const [number, value] = message[i] as Message[number];
    if (value === undefined) continue;
    if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
      writer.integer(typeof value === "boolean" ? Number(value) : value);
      writer.unsigned(number * 8);
      continue;
    }
    const end = writer.written;
    if (typeof value === "string") writer.text(value);
    else if (value instanceof Uint8Array) writer.bytes(value);
    else writeMessage(writer, value);
    writer.head(lengthTag(number), end);
  }
}

/** Visits the fields of a message; `take` reads the value of a field that it knows and says so, others are passed over. */
export function readFields(reader: WireReader, take: (field: number) => boolean): void {
  while (!reader.done) {
    const tag = reader.unsigned();
    if (!take(Math.floor(tag / 8))) reader.skip(tag % 8);
  }
}
