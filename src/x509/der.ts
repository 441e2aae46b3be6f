/**
 * Distinguished Encoding Rules (ITU-T X.690), as far as certificates need them: each function gives the bytes of one
 * value with its tag and length.
 */
export type Der = Buffer;

const tag = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, objectIdentifier: 0x06, utf8: 0x0c } as const;
const sequenceTag = 0x30;
const setTag = 0x31;

/** A SEQUENCE of values. */
export function sequence(...items: readonly Der[]): Der {
  return tagged(sequenceTag, Buffer.concat(items));
}

/** A SET OF with one item, which is all that names need (several items would have to be sorted). */
export function setOfOne(item: Der): Der {
  return tagged(setTag, item);
}

/** A BOOLEAN. */
export function boolean(value: boolean): Der {
  return tagged(tag.boolean, Buffer.from([value ? 0xff : 0]));
}

/** A non-negative integer from its big-endian bytes, in the shortest form and never read as negative. */
export function positiveInteger(bytes: Buffer): Der {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  const signBit = ((shortest[0] ?? 0) & 0x80) !== 0;
  return tagged(tag.integer, signBit ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

/** A BIT STRING; `unused` is the number of bits at its end that do not count. */
export function bitString(bytes: Buffer, unused = 0): Der {
  return tagged(tag.bitString, Buffer.concat([Buffer.from([unused]), bytes]));
}

/** An OCTET STRING. */
export function octetString(bytes: Buffer): Der {
  return tagged(tag.octetString, bytes);
}

/** A UTF8String. */
export function utf8String(text: string): Der {
  return tagged(tag.utf8, Buffer.from(text, "utf8"));
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(tag.objectIdentifier, Buffer.from(bytes));
}

/** A time as RFC 5280 wants it: UTCTime until 2049, GeneralizedTime after, to the second. */
export function time(date: Date): Der {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

/** A context-specific value: `constructed` holds other values, else `content` is the bytes of a primitive one. */
export function context(number: number, content: Buffer, constructed: boolean): Der {
  return tagged(0x80 | (constructed ? 0x20 : 0) | number, content);
}

function tagged(identifier: number, content: Buffer): Der {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([identifier, length]), content]);
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Buffer.concat([Buffer.from([identifier, 0x80 | bytes.length, ...bytes]), content]);
}
