import { beginsWith } from "../object/bytes.ts";
import { LENGTH, ProtobufError, WireReader } from "./wire-reader.ts";
import { lengthTag, WireWriter } from "./wire-writer.ts";

/** What every protobuf body of the API begins with: "k8s" and a zero byte (API concepts, "Protobuf encoding"). */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** A body: what it says it is, and the message within. */
interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

/** Whether bytes begin as a protobuf body does. Values that are encrypted at rest begin with "k8s:". */
export function isEnvelope(bytes: Buffer): boolean {
  return beginsWith(bytes, MAGIC);
}

/** Opens a body (runtime.Unknown behind the magic bytes). Errors: ProtobufError. */
export function openEnvelope(bytes: Buffer): Envelope {
  if (!isEnvelope(bytes)) {
    throw new ProtobufError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  const reader = new WireReader(bytes, MAGIC.length);
  let apiVersion = "";
  let kind = "";
  let raw: Buffer = Buffer.alloc(0);
  while (!reader.done) {
    const tag = reader.unsigned();
    if (tag === ((1 << 3) | LENGTH)) {
      const meta = reader.part();
      while (!meta.done) {
        const member = meta.unsigned();
        if (member === ((1 << 3) | LENGTH)) apiVersion = meta.text();
        else if (member === ((2 << 3) | LENGTH)) kind = meta.text();
        else meta.skip(member & 7);
      }
    } else if (tag === ((2 << 3) | LENGTH)) raw = reader.part().rest();
    else reader.skip(tag & 7);
  }
  return { apiVersion, kind, raw };
}

/** contentEncoding and contentType, always empty. */
export const ENVELOPE_END: Buffer = Buffer.from([3 * 8 + LENGTH, 0, 4 * 8 + LENGTH, 0]);

/**
 * Where the message lies in the envelope. It is the number of a list's items too: what is made once for an object serves
 * in both.
 */
export const PAYLOAD = 2;

/** A whole body: its head (`envelopeHead`) and a message that is a field already (PAYLOAD, its length, itself). */
export function enveloped(head: Buffer, payload: Buffer): Buffer {
  // Not from the pool: bodies are kept.
  const body = Buffer.allocUnsafeSlow(head.length + payload.length + ENVELOPE_END.length);
  head.copy(body);
  payload.copy(body, head.length);
  ENVELOPE_END.copy(body, head.length + payload.length);
  return body;
}

/** The message in a body, as the field that it is there, where the head's length is known. */
export function payloadIn(body: Buffer, headLength: number): Buffer {
  return body.subarray(headLength, body.length - ENVELOPE_END.length);
}

/** A body's two ends around a message of `size` bytes, where the message comes in pieces. */
export function envelopeAround(apiVersion: string, kind: string, size: number): { readonly head: Buffer; readonly end: Buffer } {
  const out = new WireWriter(16);
  out.unsigned(size);
  out.unsigned(lengthTag(PAYLOAD));
  return { head: Buffer.concat([envelopeHead(apiVersion, kind), out.finish()]), end: ENVELOPE_END };
}

/** What stands before the message: the magic bytes, and what it says it is. */
export function envelopeHead(apiVersion: string, kind: string): Buffer {
  const out = new WireWriter(256);
  out.textField(lengthTag(2), kind);
  out.textField(lengthTag(1), apiVersion);
  out.head(lengthTag(1), 0);
  out.bytes(MAGIC);
  return out.finish();
}
