import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { join } from "node:path";
import { packageRoot } from "../src/config/data-files.ts";
import type { Samples } from "../tools/generate/samples.ts";

/** What servers of this release and older ones have written; the generator brings it from the published facts. */
export function readSamples(): Samples {
  return JSON.parse(brotliDecompressSync(readFileSync(join(packageRoot(), "test/samples/samples.json.br"))).toString("utf8")) as Samples;
}
