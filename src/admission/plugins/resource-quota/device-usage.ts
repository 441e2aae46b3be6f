import type { ReadonlyJsonObject } from "../../../object/json.ts";
import { addQuantity, compareQuantity, wholeQuantity, type Quantity } from "../../../object/quantity.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn } from "../../../object/read.ts";
import { writesItself } from "../../attributes.ts";
import { objectCountName, ONE, type UsageRule } from "./usage-rule.ts";

const COUNT = objectCountName({ group: "resource.k8s.io", plural: "resourceclaims" });
const OF_CLASS = ".deviceclass.resource.k8s.io/devices";
/** A claim is given at most so many devices: what one for all of them is charged. */
const MAX_DEVICES = 32n;

/** Resource claims are counted and charged the devices that they may get, by class (KEP-4840). */
export const deviceUsage: UsageRule = {
  handles: writesItself,
  matching: (names) => names.filter((name) => name === COUNT || name.endsWith(OF_CLASS)),
  usage(claim) {
    const usage = new Map<string, Quantity>([[COUNT, ONE]]);
    for (const request of objectsIn(objectIn(objectIn(claim, "spec"), "devices"), "requests")) {
      for (const [name, amount] of isSet(request, "exactly")
        ? devices(objectIn(request, "exactly"))
        : mostOf(objectsIn(request, "firstAvailable"))) {
        const sum = usage.get(name);
        usage.set(name, sum === undefined ? amount : addQuantity(sum, amount));
      }
    }
    return usage;
  },
  inScope: () => false,
};

function devices(request: ReadonlyJsonObject): Map<string, Quantity> {
  const count = stringIn(request, "allocationMode") === "All" ? MAX_DEVICES : BigInt(numberIn(request, "count"));
  return new Map([[stringIn(request, "deviceClassName") + OF_CLASS, wholeQuantity(count)]]);
}

/** Of alternatives one is chosen: each class is charged the most that any of them takes of it. */
function mostOf(alternatives: readonly ReadonlyJsonObject[]): Map<string, Quantity> {
  const most = new Map<string, Quantity>();
  for (const [name, amount] of alternatives.flatMap((one) => [...devices(one)])) {
    const other = most.get(name);
    if (other === undefined || compareQuantity(amount, other) > 0) most.set(name, amount);
  }
  return most;
}
