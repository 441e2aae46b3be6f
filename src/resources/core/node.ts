import { copyJson, isObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { booleanIn, isSet, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { conditionOf } from "../../object/conditions.ts";
import { warnOfCidr } from "../../validation/address-warnings.ts";
import type { KindBehaviour } from "../definition.ts";
import { roundResources } from "../pod-spec/defaults.ts";
import { specAt } from "../spec-and-status.ts";
import { validateNode, validateNodeChange, validateNodeStatus } from "./node-validation.ts";

/** podCIDR is the first of podCIDRs under its old name; a writer who says both differently means the old one. */
function pairPodRanges(object: KubeObject): void {
  const { spec } = object;
  if (!isObject(spec)) return;
  const single = stringIn(spec, "podCIDR");
  const [first] = stringsIn(spec, "podCIDRs");
  if (single !== "" && single !== first) spec["podCIDRs"] = [single];
  else if (single === "" && first !== undefined && first !== "") spec["podCIDR"] = first;
}

function defaultStatus(object: KubeObject): void {
  const { status } = object;
  if (!isObject(status)) return;
  if (!isObject(status["allocatable"]) && isObject(status["capacity"])) status["allocatable"] = copyJson(status["capacity"]) as JsonValue;
  roundResources(status["capacity"]);
  roundResources(status["allocatable"]);
}

/** Kubelets are no longer configured through the API: only nodes that have such a member keep it. */
function dropUnlessHad(object: KubeObject, old: KubeObject | undefined, part: string, member: string): void {
  const holder = object[part];
  if (isObject(holder) && (old === undefined || !isSet(objectIn(old, part), member))) delete holder[member];
}

function warnings(object: KubeObject): string[] {
  const spec = objectIn(object, "spec");
  const found: string[] = [];
  if (stringIn(spec, "externalID") !== "") found.push("spec.externalID: this field is deprecated, and is unused by Kubernetes");
  stringsIn(spec, "podCIDRs").forEach((range, i) => warnOfCidr(range, specAt.child("podCIDRs").index(i), found));
  return found;
}

function statusCell(object: KubeObject): string {
  const ready = conditionOf(object, "Ready");
  const shown = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady";
  return booleanIn(objectIn(object, "spec"), "unschedulable") ? `${shown},SchedulingDisabled` : shown;
}

const rolePrefix = "node-role.kubernetes.io/";

function rolesCell({ metadata }: KubeObject): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(metadata.labels ?? {})) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length) roles.add(label.slice(rolePrefix.length));
    else if (label === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return roles.size === 0 ? "<none>" : [...roles].sort().join(",");
}

function addressCell(object: KubeObject, type: string): string {
  const found = objectsIn(objectIn(object, "status"), "addresses").find((address) => address["type"] === type);
  return found === undefined ? "<none>" : stringIn(found, "address");
}

function infoCell(object: KubeObject, member: string): string {
  return stringIn(objectIn(objectIn(object, "status"), "nodeInfo"), member);
}

function kernelCell(object: KubeObject): string {
  const kernel = infoCell(object, "kernelVersion");
  const architecture = infoCell(object, "architecture");
  if (kernel === "") return "<unknown>";
  return architecture === "" ? kernel : `${kernel} (${architecture})`;
}

/** What Nodes do beyond the tables. */
export const node: KindBehaviour = {
  applyDefaults(object) {
    pairPodRanges(object);
    defaultStatus(object);
  },
  strategy: {
    prepareForCreate: (object) => dropUnlessHad(object, undefined, "spec", "configSource"),
    prepareForUpdate: (object, old) => dropUnlessHad(object, old, "spec", "configSource"),
    validate: (object) => validateNode(object),
    validateUpdate: (object, old) => [...validateNode(object, old), ...validateNodeChange(object, old)],
    warnings,
  },
  subresources: {
    status: {
      prepareForUpdate: (object, old) => {
        object["spec"] = copyJson(old["spec"] ?? {}) as JsonValue;
        dropUnlessHad(object, old, "status", "config");
      },
      validateUpdate: (object, old) => [...validateNodeStatus(object), ...validateNodeChange(object, old)],
    },
  },
  cells: {
    "Status": statusCell,
    "Roles": rolesCell,
    "Version": (object) => infoCell(object, "kubeletVersion"),
    "Internal-IP": (object) => addressCell(object, "InternalIP"),
    "External-IP": (object) => addressCell(object, "ExternalIP"),
    "OS-Image": (object) => infoCell(object, "osImage") || "<unknown>",
    "Kernel-Version": kernelCell,
    "Container-Runtime": (object) => infoCell(object, "containerRuntimeVersion") || "<unknown>",
  },
  selectableFields: { "spec.unschedulable": (object) => String(booleanIn(objectIn(object, "spec"), "unschedulable")) },
};
