import { setOwn, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn } from "../../object/read.ts";
import { shownMap } from "../../validation/selector-shown.ts";
import { shownAs, type ShownMembers } from "../pod-spec/shown.ts";
import { podSpecShown } from "../pod-spec/shown-members.ts";

/** Parts of jobs as messages show them. */
export const successPolicyShown: ShownMembers = [
  [
    "Rules",
    "rules",
    null,
    [
      ["SucceededIndexes", "succeededIndexes", null],
      ["SucceededCount", "succeededCount", null],
    ],
  ],
];

const podFailurePolicyShown: ShownMembers = [
  [
    "Rules",
    "rules",
    null,
    [
      ["Action", "action", ""],
      [
        "OnExitCodes",
        "onExitCodes",
        null,
        [
          ["ContainerName", "containerName", null],
          ["Operator", "operator", ""],
          ["Values", "values", null],
        ],
      ],
      [
        "OnPodConditions",
        "onPodConditions",
        null,
        [
          ["Type", "type", ""],
          ["Status", "status", ""],
        ],
      ],
    ],
  ],
];

/** A policy as messages show it; null where it is absent. Empty lists that were written are shown as such. */
export function policyShown(policy: ReadonlyJson | undefined, which: "podFailurePolicy" | "successPolicy"): ReadonlyJson {
  if (typeof policy !== "object" || policy === null || Array.isArray(policy)) return null;
  return shownAs(policy as ReadonlyJsonObject, which === "successPolicy" ? successPolicyShown : podFailurePolicyShown);
}

/** Metadata of a template in the order of its type; what is absent is not shown. */
const metadataOrder = [
  "name",
  "generateName",
  "namespace",
  "selfLink",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "ownerReferences",
  "finalizers",
  "managedFields",
] as const;

/** A pod template as messages show it: its metadata's members, then its spec. */
export function templateShown(template: ReadonlyJsonObject): ReadonlyJsonObject {
  const metadata = objectIn(template, "metadata");
  const shown: JsonObject = {};
  for (const name of metadataOrder) {
    const value = metadata[name];
    if (value === undefined || value === null || value === "" || value === 0) continue;
    if (typeof value === "object" && Object.keys(value).length === 0) continue;
    setOwn(shown, name, (name === "labels" || name === "annotations" ? shownMap(value) : value) as JsonValue);
  }
  shown["Spec"] = podSpecShown(objectIn(template, "spec")) as JsonValue;
  return shown;
}
