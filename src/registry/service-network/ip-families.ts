import { invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, stringIn, stringsIn } from "../../object/read.ts";
import { clusterIpFaults, familyOf, IP_FAMILIES } from "../../resources/core/service-addresses.ts";
import { HEADLESS, isRouted, sameMember } from "../../resources/core/service-fields.ts";

/** The address families of the cluster's service ranges; the first is what services get by default. */
export type ClusterFamilies = readonly [string, ...string[]];

const AT = FieldPath.root.child("spec");
const POLICY_AT = AT.child("ipFamilyPolicy");

/**
 * Fills in a service's ipFamilies and ipFamilyPolicy from its addresses and what the cluster has (KEP-563), in place.
 * Gives the faults of what it asks for; then nothing is allocated.
 */
export function initIpFamilies(spec: JsonObject, old: ReadonlyJsonObject | undefined, cluster: ClusterFamilies): FieldError[] {
  if (stringIn(spec, "type") === "ExternalName" || isSettledDualStack(spec, old)) return [];
  if (!isSet(spec, "ipFamilyPolicy")) spec["ipFamilyPolicy"] = impliedPolicy(spec, old);
  const wrong = clusterIpFaults(spec, old);
  if (wrong.length > 0) return wrong;

  const faults = old === undefined ? [] : releaseFaults(spec, old);
  faults.push(...policyFaults(spec), ...inferFamilies(spec, cluster));
  if (faults.length > 0) return faults;

  if (hasEndpointsByHand(spec)) {
    initWithoutSelector(spec, cluster);
    return [];
  }
  const missing = missingFamilies(spec, cluster);
  if (missing.length > 0) return missing;
  if (stringsIn(spec, "ipFamilies").length === 0) spec["ipFamilies"] = [cluster[0]];
  if (cluster.length === 2) addSecondFamily(spec);
  return [];
}

/** A service that takes what it can get is not changed when the cluster's families did, unless it asks for it. */
export function isSettledDualStack(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined): boolean {
  return (
    old !== undefined &&
    stringIn(spec, "type") === stringIn(old, "type") &&
    isRouted(spec) &&
    stringIn(spec, "ipFamilyPolicy") === "PreferDualStack" &&
    stringIn(old, "ipFamilyPolicy") === "PreferDualStack" &&
    sameMember(spec, old, "clusterIPs") &&
    sameMember(spec, old, "ipFamilies")
  );
}

/** Going back to one family drops the second address; dropping it by hand needs the policy that says so. */
function releaseFaults(spec: JsonObject, old: ReadonlyJsonObject): FieldError[] {
  const lists = [
    { member: "clusterIPs", what: "secondary cluster IP" },
    { member: "ipFamilies", what: "secondary IP family" },
  ];
  if (stringIn(spec, "ipFamilyPolicy") === "SingleStack") {
    for (const { member } of lists)
      if (sameMember(spec, old, member) && listIn(spec, member).length > 1) spec[member] = stringsIn(spec, member).slice(0, 1);
    return [];
  }
  return lists
    .filter(({ member }) => isReduced(stringsIn(spec, member), stringsIn(old, member)))
    .map(({ what }) => invalidField(POLICY_AT, getOwn(spec, "ipFamilyPolicy") ?? null, `must be 'SingleStack' to release the ${what}`));
}

function isReduced(now: readonly string[], before: readonly string[]): boolean {
  return now.length > 0 && now.length < before.length;
}

function policyFaults(spec: ReadonlyJsonObject): FieldError[] {
  if (stringIn(spec, "ipFamilyPolicy") !== "SingleStack") return [];
  const must = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  const faults: FieldError[] = [];
  if (listIn(spec, "clusterIPs").length === 2) faults.push(invalidField(POLICY_AT, "SingleStack", `${must} cluster IPs are specified`));
  if (listIn(spec, "ipFamilies").length === 2) faults.push(invalidField(POLICY_AT, "SingleStack", `${must} IP families are specified`));
  return faults;
}

/** An address tells its family. */
function inferFamilies(spec: JsonObject, cluster: ClusterFamilies): FieldError[] {
  const ips = stringsIn(spec, "clusterIPs");
  const families = [...stringsIn(spec, "ipFamilies")];
  const declared = families.length;
  const faults: FieldError[] = [];
  for (const [i, ip] of ips.entries()) {
    if (ip === HEADLESS) break;
    if (i < declared) continue;
    const family = familyOf(ip);
    if (cluster.includes(family)) families.push(family);
    else faults.push(invalidField(AT.child("clusterIPs").index(i), ips, `${family} is not configured on this cluster`));
  }
  if (families.length > declared) spec["ipFamilies"] = families;
  return faults;
}

/** The policy of a spec that leaves it out: the one that the service had, and never more families than are asked for. */
function impliedPolicy(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined): string {
  const before = old === undefined ? "" : stringIn(old, "ipFamilyPolicy");
  return before || (hasEndpointsByHand(spec) ? "RequireDualStack" : "SingleStack");
}

/** Whether a service has neither an address nor a selector. */
function hasEndpointsByHand(spec: ReadonlyJsonObject): boolean {
  return stringIn(spec, "clusterIP") === HEADLESS && Object.keys(getOwn(spec, "selector") ?? {}).length === 0;
}

/** Whoever fills in the endpoints of a headless service by hand may do so in both families, whatever the cluster has. */
function initWithoutSelector(spec: JsonObject, cluster: ClusterFamilies): void {
  if (stringsIn(spec, "ipFamilies").length === 0) spec["ipFamilies"] = [cluster[0]];
  addSecondFamily(spec);
}

function missingFamilies(spec: ReadonlyJsonObject, cluster: ClusterFamilies): FieldError[] {
  const faults: FieldError[] = [];
  if (stringIn(spec, "ipFamilyPolicy") === "RequireDualStack" && cluster.length < 2) {
    faults.push(invalidField(POLICY_AT, "RequireDualStack", "this cluster is not configured for dual-stack services"));
  }
  stringsIn(spec, "ipFamilies").forEach((family, i) => {
    if (!cluster.includes(family)) faults.push(invalidField(AT.child("ipFamilies").index(i), family, "not configured on this cluster"));
  });
  return faults;
}

function addSecondFamily(spec: JsonObject): void {
  const families = stringsIn(spec, "ipFamilies");
  if (families.length !== 1 || stringIn(spec, "ipFamilyPolicy") === "SingleStack") return;
  spec["ipFamilies"] = [...families, ...IP_FAMILIES.filter((family) => family !== families[0])];
}
