import type { ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";

/** The status of one of a definition's conditions; undefined where it has none such. */
export function conditionOf(definition: ReadonlyJsonObject, type: string): string | undefined {
  const found = objectsIn(objectIn(definition, "status"), "conditions").find((one) => one["type"] === type);
  return found === undefined ? undefined : stringIn(found, "status");
}
