import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { getOwn } from "../object/json.ts";

/** Steps into an object: names of members (or keys of a map) and positions in a list. */
export type Path = readonly (string | number)[];

/** What lies at a path; undefined where something on the way is absent or of another kind. */
export function valueAt(value: ReadonlyJson | undefined, path: Path): ReadonlyJson | undefined {
  let here = value;
  for (const step of path) {
    if (typeof here !== "object" || here === null) return undefined;
    if (Array.isArray(here)) here = typeof step === "number" ? (here[step] as ReadonlyJson | undefined) : undefined;
    else here = getOwn(here as ReadonlyJsonObject, String(step));
  }
  return here;
}
