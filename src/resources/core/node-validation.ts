import { duplicateField, forbiddenField, internalFieldError, invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { parseCidrSloppy } from "../../object/ip.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { compareTexts } from "../../object/text-order.ts";
import { legacyCidr, unlessBefore } from "../../validation/addresses.ts";
import { distinct } from "../../validation/lists.ts";
import { each } from "../../validation/structure.ts";
import { specAt, statusAt } from "../spec-and-status.ts";
import { checkNodeAnnotations } from "./node-annotations.ts";
import { checkConfigSource, checkConfigStatus } from "./node-config-source.ts";
import { taints } from "./node-taints.ts";
import { resourceAmounts } from "./resource-amounts.ts";

const metadata = FieldPath.root.child("metadata");

const amounts = resourceAmounts((at, name) => at.child(name));

function checkAmounts(object: KubeObject, faults: FieldError[]): void {
  const status = objectIn(object, "status");
  for (const list of ["capacity", "allocatable"]) amounts(getOwn(status, list), statusAt.child(list), faults, undefined);
}

/** Taints are told of metadata, where they once lay. */
function checkTaints(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  taints(getOwn(spec, "taints"), metadata.child("taints"), faults, undefined);
}

function checkSwap(object: KubeObject, faults: FieldError[]): void {
  const swap = objectIn(objectIn(objectIn(object, "status"), "nodeInfo"), "swap");
  const capacity = numberIn(swap, "capacity");
  if (isSet(swap, "capacity") && capacity <= 0) {
    faults.push(invalidField(metadata.child("nodeSwapStatus", "capacity"), capacity, "must be greater than zero"));
  }
}

/** The ranges of a node's pods: one of each family at most. */
function checkPodRanges(spec: ReadonlyJsonObject, old: ReadonlyJsonObject, faults: FieldError[]): void {
  const ranges = stringsIn(spec, "podCIDRs");
  const existing = stringsIn(old, "podCIDRs");
  const at = specAt.child("podCIDRs");
  each(unlessBefore(existing, legacyCidr))(ranges, at, faults, undefined);
  if (ranges.length < 2) return;
  const families = ranges.map((range) => parseCidrSloppy(range)?.address.family);
  const broken = families.indexOf(undefined);
  if (broken >= 0) {
    const problem = `invalid CIDR[${broken}]: <nil> (invalid CIDR address: ${ranges[broken]})`;
    faults.push(internalFieldError(at, `invalid PodCIDRs. failed to check with dual stack with error:${problem}`));
  }
  if (broken >= 0 || new Set(families).size < 2 || ranges.length > 2) {
    faults.push(invalidField(at, ranges, "may specify no more than one CIDR for each IP family"));
  }
}

/** Faults of what a node says that it can do and others may not yet: in order, each once (KEP-5328). */
export function validateNodeStatus(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const features = stringsIn(objectIn(object, "status"), "declaredFeatures");
  const at = statusAt.child("declaredFeatures");
  const sorted = features.every((feature, i) => i === 0 || compareTexts(features[i - 1] ?? "", feature) <= 0);
  if (!sorted) faults.push(invalidField(at, features, "list must be sorted alphabetically"));
  distinct(features, at, faults, undefined);
  return faults;
}

/** Faults of a node as such; `old` is what it was before an update, whose ranges are taken as they are. */
export function validateNode(object: KubeObject, old?: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  checkNodeAnnotations(object.metadata.annotations, metadata.child("annotations"), faults);
  checkTaints(spec, faults);
  checkAmounts(object, faults);
  checkSwap(object, faults);
  faults.push(...validateNodeStatus(object));
  checkPodRanges(spec, objectIn(old ?? {}, "spec"), faults);
  return faults;
}

/** Appends that members of the spec which are set once have changed: of a list as long as before, a fault for each item. */
function checkSetOnce(spec: ReadonlyJsonObject, oldSpec: ReadonlyJsonObject, faults: FieldError[]): void {
  const changed = (member: string, named: string) =>
    faults.push(forbiddenField(specAt.child(member), `node updates may not change ${named} except from "" to valid`));
  const [ranges, before] = [stringsIn(spec, "podCIDRs"), stringsIn(oldSpec, "podCIDRs")];
  if (before.length > 0 && ranges.length !== before.length) changed("podCIDRs", "podCIDR");
  else before.filter((range, i) => range !== ranges[i]).forEach(() => changed("podCIDRs", "podCIDR"));
  const provider = stringIn(oldSpec, "providerID");
  if (provider !== "" && provider !== stringIn(spec, "providerID")) changed("providerID", "providerID");
}

/** Faults of what became of a node, through any of its doors. */
export function validateNodeChange(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const status = objectIn(object, "status");
  const oldSpec = objectIn(old, "spec");
  checkNodeAnnotations(object.metadata.annotations, metadata.child("annotations"), faults);
  checkAmounts(object, faults);
  const addresses = new Set<string>();
  objectsIn(status, "addresses").forEach((address, i) => {
    const [type, text] = [stringIn(address, "type"), stringIn(address, "address")];
    const key = `${type}\n${text}`;
    if (addresses.has(key)) faults.push(duplicateField(statusAt.child("addresses").index(i), { Type: type, Address: text }));
    addresses.add(key);
  });
  checkSetOnce(spec, oldSpec, faults);
  if (isSet(spec, "configSource")) checkConfigSource(objectIn(spec, "configSource"), specAt.child("configSource"), faults, "spec");
  if (isSet(status, "config")) checkConfigStatus(objectIn(status, "config"), statusAt.child("config"), faults);
  checkTaints(spec, faults);
  if (stringIn(spec, "externalID") !== stringIn(oldSpec, "externalID")) {
    faults.push(forbiddenField(specAt.child("externalID"), "may not be updated"));
  }
  return faults;
}
