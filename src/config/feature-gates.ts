import { readFileSync } from "node:fs";
import { dataFile } from "./data-files.ts";

/** The default of each feature gate that can still be set, from the tables of the release. */
export function readFeatureGates(): ReadonlyMap<string, boolean> {
  const table = JSON.parse(readFileSync(dataFile("featuregates.json"), "utf8")) as Readonly<Record<string, { readonly default: boolean }>>;
  return new Map(Object.entries(table).map(([name, gate]) => [name, gate.default]));
}
