import { join } from "node:path";
import { parseArgs } from "node:util";
import { groupVersion } from "../../src/object/kube-object.ts";
import { writeApiTypes } from "./api-types.ts";
import { columnsTable } from "./columns.ts";
import { discoveryTable, versionTable } from "./discovery.ts";
import { factsIn } from "./facts.ts";
import { fieldSelectorsTable } from "./field-selectors.ts";
import { orderMembers } from "./member-order.ts";
import { rbacTable } from "./rbac.ts";
import { resourcesTable } from "./resources.ts";
import { writeSamples } from "./samples.ts";
import { featureGatesTable, flagsTable, flowControlTable } from "./server.ts";
import { typesTable } from "./types.ts";
import { sorted, writeTable } from "./write.ts";

const { values } = parseArgs({
  options: {
    facts: { type: "string" },
    out: { type: "string", default: "data" },
    api: { type: "string", default: "src/api" },
    samples: { type: "string", default: "test/samples" },
  },
});
if (values.facts === undefined) {
  console.error("generate: say where the facts are: --facts DIR");
  process.exit(2);
}

const facts = factsIn(values.facts);
const version = versionTable(facts);
const folder = join(values.out, `kubernetes-v${version["major"]}.${version["minor"]}`);
const write = (name: string, table: unknown, depth?: number) => writeTable(join(folder, name), table, depth);

const types = typesTable(facts);
writeApiTypes(values.api, sorted(types.types));
orderMembers(types, facts);
write("types.json", { kinds: sorted(types.kinds), types: sorted(types.types) }, 2);

const resources = resourcesTable(facts) as { group: string; version: string; resource: string }[];
const served = new Set(resources.map(({ group, version, resource }) => `${groupVersion(group, version)}/${resource}`));
write("resources.json", resources);
write("columns.json", sorted(columnsTable(facts, served)));
write("fieldselectors.json", sorted(fieldSelectorsTable(facts, served)));
write("discovery.json", { version, ...discoveryTable(facts) }, 2);
write("rbac.json", rbacTable(facts), 2);
write("flowcontrol.json", flowControlTable(facts), 2);
write("flags.json", sorted(flagsTable(facts)));
write("featuregates.json", sorted(featureGatesTable(facts)));
writeSamples(values.samples, facts, new Set(Object.keys(types.kinds)));
