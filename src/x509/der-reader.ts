/** One value of DER (ITU-T X.690): its tag, what is in it, and all of its bytes. */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

/** Bytes that are no DER; the message says what is wrong as Go's asn1 package does. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** Takes one value off the front of `bytes`, and gives what is left. Errors: DerError. */
export function readDer(bytes: Buffer): { readonly value: DerValue; readonly rest: Buffer } {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined) throw truncated();
  let length = first;
  let start = 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    // Four bytes of length are more than any request has.
    if (count === 0) throw new DerError("asn1: syntax error: indefinite length found (not DER)");
    if (count > 4) throw new DerError("asn1: structure error: length too large");
    if (bytes.length < start + count) throw truncated();
    length = bytes.readUIntBE(start, count);
    if (length < 0x80) throw new DerError("asn1: structure error: non-minimal length");
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw truncated();
  return { value: { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) }, rest: bytes.subarray(end) };
}

/** All values of a constructed one, at most `max` of them. Errors: DerError. */
export function readItems(bytes: Buffer, max = 16): DerValue[] {
  const items: DerValue[] = [];
  let rest = bytes;
  while (rest.length > 0 && items.length < max) {
    const read = readDer(rest);
    items.push(read.value);
    rest = read.rest;
  }
  return items;
}

/** An OBJECT IDENTIFIER in its dotted form. */
export function readObjectIdentifier(content: Buffer): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (arcs.length === 0) {
      const top = Math.min(Math.floor(arc / 40), 2);
      arcs.push(top, arc - top * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

function truncated(): DerError {
  return new DerError("asn1: syntax error: data truncated");
}
