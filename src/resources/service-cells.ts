import type { ReadonlyJsonObject } from "../object/json.ts";
import { objectsIn, stringIn } from "../object/read.ts";

/** The first three, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const shown = items.slice(0, SHOWN).join(",");
  return items.length > SHOWN ? `${shown} + ${items.length - SHOWN} more...` : shown;
}

const SHOWN = 3;

/** Where a load balancer takes traffic: addresses, else names; sorted, each once. */
export function loadBalancerAddresses(loadBalancer: ReadonlyJsonObject): string[] {
  const points = objectsIn(loadBalancer, "ingress").map((point) => stringIn(point, "ip") || stringIn(point, "hostname"));
  return [...new Set(points.filter((point) => point !== ""))].sort();
}
