import { invalidField } from "../object/field-error.ts";
import { parseIpSloppy } from "../object/ip.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { dnsSubdomain } from "../object/names.ts";
import { asString, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { legacyIp, unlessBefore } from "../validation/addresses.ts";
import type { Check } from "../validation/check.ts";
import { filled } from "../validation/presence.ts";
import { text } from "../validation/scalars.ts";
import { all } from "../validation/structure.ts";

/** Where a load balancer takes traffic, as the status of a service or an ingress says. */
export function loadBalancerPoints(object: KubeObject): readonly ReadonlyJsonObject[] {
  return objectsIn(objectIn(objectIn(object, "status"), "loadBalancer"), "ingress");
}

/** The rule of a point's address, given what the object was: addresses that it had are taken as they are. */
export function pointIp(old: KubeObject): Check {
  const before = loadBalancerPoints(old).map((point) => stringIn(point, "ip"));
  return filled(unlessBefore(before, legacyIp));
}

/** The rule of a point's name. */
export const pointHostname: Check = filled(
  all(text(dnsSubdomain), (value, at, faults) => {
    const host = asString(value);
    if (parseIpSloppy(host) !== undefined) faults.push(invalidField(at, host, "must be a DNS name, not an IP address"));
  }),
);
