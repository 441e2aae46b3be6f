import { join } from "node:path";
import { parseArgs } from "node:util";
import { factsIn } from "./facts.ts";
import { typesTable } from "./types.ts";
import { sorted, writeTable } from "./write.ts";

const { values } = parseArgs({ options: { facts: { type: "string" }, out: { type: "string", default: "data" } } });
if (values.facts === undefined) {
  console.error("generate: say where the facts are: --facts DIR");
  process.exit(2);
}

const facts = factsIn(values.facts);
const release = facts.read<{ major: string; minor: string }>("discovery/version.json");
const folder = join(values.out, `kubernetes-v${release.major}.${release.minor}`);

const types = typesTable(facts);
writeTable(join(folder, "types.json"), { kinds: sorted(types.kinds), types: sorted(types.types) }, 2);
