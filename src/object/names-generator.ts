/** Gives so many random bytes; handed in, so that tests can repeat what happened. */
export type RandomBytes = (size: number) => Uint8Array;

/** Letters and digits without vowels and look-alikes, so that no words come about. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";
const suffixLength = 5;
const maxNameLength = 63;

/** A name from metadata.generateName: its beginning, cut so that the whole is at most 63 long, and five characters. */
export function generateName(base: string, random: RandomBytes): string {
  return base.slice(0, maxNameLength - suffixLength) + randomSuffix(suffixLength, random);
}

/** So many random characters of the alphabet of names. */
export function randomSuffix(length: number, random: RandomBytes): string {
  let suffix = "";
  // Bytes above the greatest multiple of the alphabet's size are passed over, so that no character is likelier.
  const limit = 256 - (256 % alphabet.length);
  while (suffix.length < length) {
    for (const byte of random(length - suffix.length)) {
      if (byte < limit) suffix += alphabet[byte % alphabet.length];
    }
  }
  return suffix;
}

/** A random UUID (RFC 9562, version 4): metadata.uid. */
export function randomUid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
