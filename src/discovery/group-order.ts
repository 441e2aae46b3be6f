import { compareTexts } from "../object/text-order.ts";
import type { Standing } from "./standings.ts";

/** A group with its versions, the preferred one first. */
export interface GroupVersions {
  readonly name: string;
  readonly versions: readonly string[];
}

/**
 * Puts served groups and their versions in the order in which clients are to prefer them: as they stand, the best version
 * deciding for its group; then groups by name, and versions by how mature and new their names say they are.
 */
export function orderGroups(
  served: ReadonlyMap<string, ReadonlySet<string>>,
  standing: (group: string, version: string) => Standing,
): GroupVersions[] {
  return [...served]
    .map(([name, versions]) => {
      const rank = new Map([...versions].map((version) => [version, standing(name, version)]));
      const place = (version: string): number => rank.get(version)?.version ?? 0;
      return {
        name,
        versions: [...versions].sort((a, b) => place(b) - place(a) || compareVersions(a, b)),
        priority: Math.max(...[...rank.values()].map(({ group }) => group)),
      };
    })
    .sort((a, b) => b.priority - a.priority || compareTexts(a.name, b.name))
    .map(({ name, versions }) => ({ name, versions }));
}

const VERSION = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/;
const MATURITY: Readonly<Record<string, number>> = { "alpha": 1, "beta": 2, "": 3 };

/**
 * Orders version names, the better first: v10 before v2 before v1 before v1beta2 before v1alpha1 before any other name,
 * those by text (tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning).
 */
export function compareVersions(a: string, b: string): number {
  const left = VERSION.exec(a);
  const right = VERSION.exec(b);
  if (left === null || right === null) return (left === null ? 1 : 0) - (right === null ? 1 : 0) || compareTexts(a, b);
  return (
    (MATURITY[right[2] ?? ""] as number) - (MATURITY[left[2] ?? ""] as number) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
