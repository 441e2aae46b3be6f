import type { ReadonlyJson, ReadonlyJsonObject } from "../../object/json.ts";

const anyRequest: ReadonlyJsonObject = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};

function ofGroups(...names: readonly string[]): ReadonlyJson {
  return [{ subjects: names.map((name) => ({ kind: "Group", group: { name } })), ...anyRequest }];
}

/** Flow schemas without which the server cannot keep itself reachable (KEP-1040): their specs never change. */
export const mandatoryFlowSchemas: ReadonlyMap<string, ReadonlyJsonObject> = new Map([
  ["exempt", { priorityLevelConfiguration: { name: "exempt" }, matchingPrecedence: 1, rules: ofGroups("system:masters") }],
  [
    "catch-all",
    {
      priorityLevelConfiguration: { name: "catch-all" },
      matchingPrecedence: 10000,
      distinguisherMethod: { type: "ByUser" },
      rules: ofGroups("system:unauthenticated", "system:authenticated"),
    },
  ],
]);

/** The priority level of whatever no other flow schema takes; of `exempt`, only what it lends may change. */
export const catchAllLevel: ReadonlyJsonObject = {
  type: "Limited",
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" }, lendablePercent: 0 },
};
