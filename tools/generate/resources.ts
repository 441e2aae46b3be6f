import type { ReadonlyJson } from "../../src/object/json.ts";
import type { Facts } from "./facts.ts";

/** What the facts say of a resource or of a subresource. */
interface Row {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly servedByDefault?: boolean;
  readonly storageVersion?: string;
  readonly subresources?: readonly { readonly [key: string]: ReadonlyJson }[];
  readonly [key: string]: ReadonlyJson | undefined;
}

interface StoreFacts {
  readonly resources: Readonly<Record<string, { readonly key: string; readonly storageVersion: string; readonly encoding: string }>>;
}

/** Members of a row that the server works by, in the order in which they are written. */
const kept = [
  "group",
  "version",
  "resource",
  "kind",
  "singular",
  "shortNames",
  "categories",
  "namespaced",
  "verbs",
  "storageVersionHash",
  "allowCreateOnUpdate",
  "allowUnconditionalUpdate",
  "ownerRefGC",
  "returnDeletedObject",
  "defaultGCPolicy",
  "gracefulDelete",
  "storageTTLSeconds",
  "resetFields",
  "generationBumpedBy",
  "generationSetOnCreate",
  "statusResetOnCreate",
  "onUpdateKeepsOld",
];

const keptOfSubresources = [
  "name",
  "verbs",
  "kind",
  "kindGroupVersion",
  "connectMethods",
  "allowCreateOnUpdate",
  "allowUnconditionalUpdate",
  "resetFields",
  "onUpdateKeepsOld",
];

/**
 * Where what was seen from outside is not the rule: a Secret's type was kept because the probe left it out, and of a
 * Node's status only one part is dropped on create.
 */
const corrections: Readonly<Record<string, Readonly<Record<string, ReadonlyJson | undefined>>>> = {
  "/nodes": { statusResetOnCreate: false },
  "/secrets": { onUpdateKeepsOld: undefined },
};

/** One row a resource in each group version that is served by default. */
export function resourcesTable(facts: Facts): unknown[] {
  const store = facts.read<StoreFacts>("etcd.json").resources;
  return facts
    .read<Row[]>("resources.json")
    .filter((row) => row.servedByDefault === true)
    .map((row) => ({
      ...pick(row, kept),
      ...stored(row, store),
      ...corrections[`${row.group}/${row.resource}`],
      ...(row.subresources && { subresources: row.subresources.map((below) => pick(below, keptOfSubresources)) }),
    }));
}

/** Where and how the objects lie: some in a version that is not served by default, as their storage version hashes say too. */
function stored(row: Row, store: StoreFacts["resources"]): Readonly<Record<string, string>> {
  // events.k8s.io is a view of core events.
  const name = row.group === "" || row.group === "events.k8s.io" ? row.resource : `${row.resource}.${row.group}`;
  const facts = store[name];
  if (facts === undefined) return {};
  return {
    storageVersion: facts.storageVersion,
    keyPrefix: facts.key.slice(0, facts.key.indexOf("{")),
    encoding: facts.encoding,
  };
}

function pick(row: { readonly [key: string]: ReadonlyJson | undefined }, keys: readonly string[]): Record<string, ReadonlyJson> {
  const picked: Record<string, ReadonlyJson> = {};
  for (const key of keys) {
    const value = row[key];
    if (value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0 && key !== "verbs")) picked[key] = value;
    else if (value === "" && (key === "group" || key === "kindGroupVersion")) picked[key] = value;
  }
  return picked;
}
