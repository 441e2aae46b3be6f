import { createHash } from "node:crypto";

/** RFC 4648, section 6, in small letters as names have them. */
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The identity that kube-apiserver hashes beside the name of its host. */
export const IDENTITY = "kube-apiserver";

/** The name of a server's lease: half a hash of what tells it from others, its host's name and identity by custom. */
export function serverId(host: string, identity = IDENTITY): string {
  const parts = [host, identity].map((part) => Buffer.from(part)).flatMap((part) => [Buffer.of(part.length >> 8, part.length & 255), part]);
  const hash = createHash("sha256").update(Buffer.concat(parts)).digest().subarray(0, 16);
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of hash) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
  }
  if (bits > 0) text += BASE32[(held << (5 - bits)) & 31];
  return `apiserver-${text}`;
}
