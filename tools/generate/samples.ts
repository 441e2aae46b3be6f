import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Facts } from "./facts.ts";

/** What a server of this release and those before have written, as tests read it. */
export interface Samples {
  /** Every kind, each of its members set: the JSON, and the protobuf body (base64) beside it. */
  readonly kinds: readonly { readonly name: string; readonly json: string; readonly protobuf: string }[];
  /** Bodies of older releases that are other bytes, and as which this release writes them again (base64). */
  readonly older: readonly { readonly name: string; readonly read: string; readonly written: string }[];
  /** Objects (JSON) that a server of this release has taken, of every kind that is validated. */
  readonly valid: readonly { readonly name: string; readonly json: string }[];
  /** Values that lay in an etcd (base64), by key. */
  readonly stored: readonly { readonly key: string; readonly value: string }[];
}

/** Writes the samples of the kinds that there are, as compressed JSON: they repeat one another. */
export function writeSamples(folder: string, facts: Facts, kinds: ReadonlySet<string>): void {
  // Events of watches have a frame of their own, and no kind.
  const names = namesIn(facts, "HEAD").filter((name) => kinds.has(kindOf(name)) && name !== "core.v1.WatchEvent");
  const newest = new Map(names.map((name) => [name, base64(facts, `samples/HEAD/${name}.pb`)]));
  const samples: Samples = {
    kinds: names.map((name) => ({
      name,
      json: JSON.stringify(facts.read(`samples/HEAD/${name}.json`)),
      protobuf: newest.get(name) ?? "",
    })),
    older: facts
      .list("samples")
      .filter((release) => release !== "HEAD")
      .flatMap((release) => olderThan(facts, release, newest)),
    valid: facts.list("validation/recorded").flatMap((file) => validIn(facts, file)),
    stored: Object.entries(
      facts.read<{ observedValues: Record<string, { base64?: string; text?: string }> }>("etcd.json").observedValues,
    ).map(([key, { base64: value, text = "" }]) => ({ key, value: value ?? Buffer.from(text).toString("base64") })),
  };
  mkdirSync(folder, { recursive: true });
  const text = Buffer.from(JSON.stringify(samples));
  const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  writeFileSync(join(folder, "samples.json.br"), brotliCompressSync(text, { params }));
}

function olderThan(facts: Facts, release: string, newest: ReadonlyMap<string, string>): Samples["older"] {
  const files = new Set(facts.list(`samples/${release}`));
  return namesIn(facts, release).flatMap((name) => {
    const read = base64(facts, `samples/${release}/${name}.pb`);
    if (!newest.has(name) || newest.get(name) === read) return [];
    const after = `${name}.after_roundtrip.pb`;
    return [{ name: `${release} ${name}`, read, written: files.has(after) ? base64(facts, `samples/${release}/${after}`) : read }];
  });
}

function validIn(facts: Facts, file: string): Samples["valid"] {
  const { objects } = facts.read<{ objects: Record<string, { baseline: object }> }>(`validation/recorded/${file}`);
  return Object.entries(objects).map(([name, { baseline }]) => ({ name: `${file} ${name}`, json: JSON.stringify(baseline) }));
}

function namesIn(facts: Facts, release: string): string[] {
  return facts.list(`samples/${release}`).flatMap((file) => /^(?!.*after_roundtrip)(.*)\.pb$/.exec(file)?.[1] ?? []);
}

function base64(facts: Facts, path: string): string {
  return facts.bytes(path).toString("base64");
}

/** "apps.v1.Deployment" as the table of kinds calls it: "apps/v1/Deployment", and the core group's "v1/Pod". */
function kindOf(name: string): string {
  const [, group = "", version = "", kind = ""] = /^(.*)\.([^.]+)\.([^.]+)$/.exec(name) ?? [];
  return group === "core" ? `${version}/${kind}` : `${group}/${version}/${kind}`;
}
