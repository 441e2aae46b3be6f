import type { JsonValue, ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";

/** Names of a pod spec's containers, as columns list them. */
export function containerNames(spec: ReadonlyJsonObject): JsonValue {
  return objectsIn(spec, "containers")
    .map((container) => stringIn(container, "name"))
    .join(",");
}

/** Images of a pod spec's containers, as columns list them. */
export function containerImages(spec: ReadonlyJsonObject): JsonValue {
  return objectsIn(spec, "containers")
    .map((container) => stringIn(container, "image"))
    .join(",");
}

/** Labels as columns write them: a=b,c=d; `<none>` for none. */
export function labelsText(labels: ReadonlyJsonObject): string {
  const pairs = sortedKeys(labels).map((key) => `${key}=${stringIn(labels, key)}`);
  return pairs.length === 0 ? "<none>" : pairs.join(",");
}

/** The pod template of an object that has it as a member. */
export function templateOf(object: ReadonlyJsonObject): { readonly meta: ReadonlyJsonObject; readonly spec: ReadonlyJsonObject } {
  const template = objectIn(object, "template");
  return { meta: objectIn(template, "metadata"), spec: objectIn(template, "spec") };
}
