import { isObject, setOwn, type JsonObject } from "../../object/json.ts";
import { objects, structAt } from "../../object/parts.ts";
import type { KindBehaviour } from "../definition.ts";
import { roundResources } from "../pod-spec/defaults.ts";
import { validateLimitRange } from "./limit-range-validation.ts";

const bounds = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

/** What a bound that was left out is: the next best that was not. */
const FALLBACKS: readonly (readonly [bound: string, from: string])[] = [
  ["default", "max"],
  ["defaultRequest", "default"],
  ["defaultRequest", "min"],
];

function fillBounds(limit: JsonObject): void {
  for (const [bound, from] of FALLBACKS) {
    const target: JsonObject = isObject(limit[bound]) ? limit[bound] : {};
    const source = limit[from];
    if (isObject(source)) {
      for (const [name, amount] of Object.entries(source))
        if (amount !== undefined && !Object.hasOwn(target, name)) setOwn(target, name, amount);
    }
    if (Object.keys(target).length > 0) limit[bound] = target;
  }
}

/** What LimitRanges do beyond the tables. */
export const limitRange: KindBehaviour = {
  applyDefaults(object) {
    for (const limit of objects(structAt(object, "spec")?.["limits"])) {
      if (limit["type"] === "Container") fillBounds(limit);
      for (const bound of bounds) roundResources(limit[bound]);
    }
  },
  strategy: {
    // Upstream names a range that has no name by a random UUID; its own will do.
    prepareForCreate: ({ metadata }) => {
      if (!metadata.name && !metadata.generateName) metadata.name = metadata.uid ?? "";
    },
    validate: validateLimitRange,
    validateUpdate: validateLimitRange,
  },
};
