import { readFileSync } from "node:fs";
import { dataDirectory, dataFile } from "../config/data-files.ts";
import { behaviours } from "../resources/behaviours.ts";
import { builtinDefinitions } from "../resources/builtin.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import { loadResourceTables } from "../resources/tables.ts";
import { loadTypes, type TypeTable } from "../schema/load.ts";
import type { GroupVersions } from "./group-order.ts";

/** The built-in kinds, for tests. */
export function testDefinitions(types: TypeTable = loadTypes(dataDirectory())): ResourceDefinition[] {
  return builtinDefinitions({ types, tables: loadResourceTables(dataDirectory()), behaviours, eventTtlSeconds: 3600 });
}

/** The release's order of groups, for tests. */
export function testPriorities(): readonly GroupVersions[] {
  return (JSON.parse(readFileSync(dataFile("discovery.json"), "utf8")) as { groups: GroupVersions[] }).groups;
}
