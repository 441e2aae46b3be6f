import { constants, createGzip, type Gzip } from "node:zlib";

/** Whether an Accept-Encoding header names gzip, as the original reads it: the bare word, parameters not looked at. */
export function acceptsGzip(header: string | readonly string[] | undefined): boolean {
  if (header === undefined) return false;
  const text = typeof header === "string" ? header : header.join(",");
  return text.includes("gzip") && text.split(",").some((coding) => coding.trim() === "gzip");
}

/** A compressor for answers: fast rather than small, off the main thread. */
export function answerGzip(): Gzip {
  return createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
}
