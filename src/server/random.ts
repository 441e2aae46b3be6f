import { randomFillSync } from "node:crypto";
import type { RandomBytes } from "../object/names-generator.ts";

/** Bytes drawn from the system at a time: a call for each identity would cost more than the identity. */
const POOL = 4096;

/** Random bytes from the system's generator, drawn in bulk; each byte is given once. */
export function pooledRandom(): RandomBytes {
  const pool = Buffer.alloc(POOL);
  let at = POOL;
  return (size) => {
    if (at + size > POOL) {
      randomFillSync(pool);
      at = 0;
    }
    at += size;
    return Uint8Array.prototype.slice.call(pool, at - size, at);
  };
}
