import type { ReadonlyJsonObject } from "../object/json.ts";
import { objectsIn, stringIn } from "../object/read.ts";

/** The first three, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const shown = items.slice(0, SHOWN).join(",");
  return items.length > SHOWN ? `${shown} + ${items.length - SHOWN} more...` : shown;
}

/** The first three hosts of rules. Rules for any host aren't shown, but they count once more rules follow those shown. */
export function shortHosts(hosts: readonly string[]): string {
  const shown: string[] = [];
  let more = false;
  for (const host of hosts) {
    more = shown.length === SHOWN;
    if (!more && host !== "") shown.push(host);
  }
  return more ? `${shown.join(",")} + ${hosts.length - SHOWN} more...` : shown.join(",");
}

const SHOWN = 3;

/** Where a load balancer takes traffic: addresses, else names; sorted, each once. */
export function loadBalancerAddresses(loadBalancer: ReadonlyJsonObject): string[] {
  const points = objectsIn(loadBalancer, "ingress").map((point) => stringIn(point, "ip") || stringIn(point, "hostname"));
  return [...new Set(points.filter((point) => point !== ""))].sort();
}
