import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { initIpFamilies, type ClusterFamilies } from "./ip-families.ts";

const SINGLE: ClusterFamilies = ["IPv4"];
const DUAL: ClusterFamilies = ["IPv6", "IPv4"];
const spec = (members: JsonObject): JsonObject => ({ type: "ClusterIP", selector: { a: "b" }, ...members });

const cases: readonly {
  readonly title: string;
  readonly cluster: ClusterFamilies;
  readonly given: JsonObject;
  readonly old?: JsonObject;
  readonly families?: readonly string[];
  readonly policy?: string;
  readonly faults?: readonly string[];
}[] = [
  { title: "the cluster's first family by default", cluster: DUAL, given: {}, families: ["IPv6"], policy: "SingleStack" },
  {
    title: "the family of the address",
    cluster: DUAL,
    given: { clusterIP: "10.0.0.9", clusterIPs: ["10.0.0.9"] },
    families: ["IPv4"],
    policy: "SingleStack",
  },
  {
    title: "both where both are preferred",
    cluster: DUAL,
    given: { ipFamilyPolicy: "PreferDualStack" },
    families: ["IPv6", "IPv4"],
    policy: "PreferDualStack",
  },
  {
    title: "one where there is one",
    cluster: SINGLE,
    given: { ipFamilyPolicy: "PreferDualStack" },
    families: ["IPv4"],
    policy: "PreferDualStack",
  },
  {
    title: "no two families where there is one",
    cluster: SINGLE,
    given: { ipFamilyPolicy: "RequireDualStack" },
    faults: ["spec.ipFamilyPolicy"],
  },
  { title: "no family that the cluster lacks", cluster: SINGLE, given: { ipFamilies: ["IPv6"] }, faults: ["spec.ipFamilies[0]"] },
  {
    title: "no address of a family that the cluster lacks",
    cluster: SINGLE,
    given: { clusterIP: "fd00::1", clusterIPs: ["fd00::1"] },
    faults: ["spec.clusterIPs[0]"],
  },
  {
    title: "no two families for one stack",
    cluster: DUAL,
    given: { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv4", "IPv6"] },
    faults: ["spec.ipFamilyPolicy"],
  },
  {
    title: "both for headless services that nobody selects for",
    cluster: SINGLE,
    given: { selector: {}, clusterIP: "None", clusterIPs: ["None"] },
    families: ["IPv4", "IPv6"],
    policy: "RequireDualStack",
  },
  { title: "nothing for names elsewhere", cluster: SINGLE, given: { type: "ExternalName" } },
  {
    title: "the first of both when it goes back to one",
    cluster: DUAL,
    given: { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1", "10.0.0.1"] },
    old: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1", "10.0.0.1"] },
    families: ["IPv6"],
    policy: "SingleStack",
  },
  {
    title: "no release of an address without the policy",
    cluster: DUAL,
    given: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1"] },
    old: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1", "10.0.0.1"] },
    faults: ["spec.ipFamilyPolicy"],
  },
  {
    title: "no two families where no policy asks for both",
    cluster: DUAL,
    given: { ipFamilies: ["IPv4", "IPv6"] },
    faults: ["spec.ipFamilyPolicy"],
  },
  {
    title: "what the service had where the policy is left out",
    cluster: DUAL,
    given: { ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1", "10.0.0.1"] },
    old: { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1", "10.0.0.1"] },
    families: ["IPv6", "IPv4"],
    policy: "RequireDualStack",
  },
  {
    title: "no release of an address, whichever is left, without the policy",
    cluster: DUAL,
    given: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::2", clusterIPs: ["fd00::2"] },
    old: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6", "IPv4"], clusterIP: "fd00::1", clusterIPs: ["fd00::1", "10.0.0.1"] },
    faults: ["spec.ipFamilyPolicy"],
  },
  {
    title: "no second family by itself for a service that had one while it preferred both",
    cluster: DUAL,
    given: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6"], clusterIP: "fd00::1", clusterIPs: ["fd00::1"] },
    old: { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6"], clusterIP: "fd00::1", clusterIPs: ["fd00::1"] },
    families: ["IPv6"],
    policy: "PreferDualStack",
  },
];

for (const { title, cluster, given, old, families, policy, faults } of cases) {
  test(`gives ${title}`, () => {
    const service = spec(given);
    const found = initIpFamilies(service, old === undefined ? undefined : spec(old), cluster);
    assert.deepEqual(
      found.map(({ field }) => field),
      faults ?? [],
    );
    if (faults !== undefined) return;
    assert.deepEqual(service["ipFamilies"], families);
    assert.equal(service["ipFamilyPolicy"], policy);
  });
}
