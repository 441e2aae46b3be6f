import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The release of Kubernetes whose tables this server serves. */
export const kubernetesVersion = "v1.36";

/**
 * The directory of the package: where package.json stands. This module is in dist/src/config when it is loaded by
 * itself and in dist when it is part of the bundle, so the way up differs.
 */
export function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = ["..", "../../.."].map((up) => join(here, up)).find((root) => existsSync(join(root, "package.json")));
  if (found === undefined) throw new Error(`binnacle: the package is not whole, no package.json above ${here}`);
  return found;
}

/** The directory of the tables that this server serves. */
export function dataDirectory(): string {
  return join(packageRoot(), "data", `kubernetes-${kubernetesVersion}`);
}

/** Path of one of the tables in data/, for instance `dataFile("resources.json")`. */
export function dataFile(name: string): string {
  return join(dataDirectory(), name);
}

/** This package's own version. */
export function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  if (typeof description !== "object" || description === null || !("version" in description)) return "unknown";
  return String(description.version);
}
