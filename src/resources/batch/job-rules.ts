import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { equalJson, getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel } from "../../object/names.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { changes, immutable } from "../../validation/changes.ts";
import { checkSelectorForm, immutableSelector, selectorOf, selectsTemplate, unselectedTemplate } from "../apps/selector-rules.ts";
import type { StrategyContext } from "../definition.ts";
import type { PodRuleOptions } from "../pod-spec/scope.ts";
import { podSpecShown } from "../pod-spec/shown-members.ts";
import { templateOptions } from "../pod-spec/template-owner.ts";
import { specAt } from "../spec-and-status.ts";
import { checkGeneratedSelector, hasPrefixedLabels } from "./job-selector.ts";
import { policyShown, templateShown } from "./job-shown.ts";
import { checkJobSpec } from "./job-spec.ts";

/** Faults of a job that is about to be created. */
export function validateJob(object: KubeObject, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  checkJob(object, undefined, true, templateOptions(context), faults);
  return faults;
}

/** Faults of a changed job. The original checks the spec twice, and so tells of its faults twice. */
export function validateJobUpdate(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] {
  const spec = objectIn(object, "spec");
  const oldSpec = objectIn(old, "spec");
  const options = templateOptions(context, oldSpec);
  const faults: FieldError[] = [];
  checkJob(object, oldSpec, hasPrefixedLabels(oldSpec), options, faults);
  checkSelectedSpec(spec, oldSpec, options, faults);
  checkCompletions(spec, oldSpec, faults);
  immutableSelector(getOwn(spec, "selector"), getOwn(oldSpec, "selector"), specAt.child("selector"), faults, undefined);
  checkTemplateChange(spec, oldSpec, rests(old), faults);
  fixedMembers(spec, oldSpec, specAt, faults, undefined);
  return faults;
}

const fixedMembers = changes({
  completionMode: immutable(),
  podFailurePolicy: immutable("field is immutable", (value) => policyShown(value, "podFailurePolicy")),
  backoffLimitPerIndex: immutable(),
  managedBy: immutable(),
  successPolicy: immutable("field is immutable", (value) => policyShown(value, "successPolicy")),
});

function checkJob(
  object: KubeObject,
  oldSpec: ReadonlyJsonObject | undefined,
  requirePrefixed: boolean,
  options: PodRuleOptions,
  faults: FieldError[],
): void {
  const spec = objectIn(object, "spec");
  checkGeneratedSelector(object, requirePrefixed, faults);
  checkSelectedSpec(spec, oldSpec, options, faults);
  const completions = numberIn(spec, "completions");
  if (stringIn(spec, "completionMode") !== "Indexed" || completions <= 0) return;
  const name = object.metadata.name ?? "";
  const podName = `${name}-${completions - 1}`;
  if (dnsLabel(podName).length > 0) {
    faults.push(invalidField("metadata.name", name, `will not able to create pod with invalid DNS label: ${podName}`));
  }
}

function checkSelectedSpec(
  spec: ReadonlyJsonObject,
  oldSpec: ReadonlyJsonObject | undefined,
  options: PodRuleOptions,
  faults: FieldError[],
): void {
  checkJobSpec(spec, specAt, faults, options);
  if (!isSet(spec, "selector")) faults.push(requiredField(specAt.child("selector")));
  else checkSelectorForm(spec, oldSpec, specAt, faults);
  const selector = selectorOf(spec);
  if (selector !== undefined && !selectsTemplate(selector, spec)) faults.push(unselectedTemplate(spec, specAt));
}

/** Indexed jobs may grow and shrink as long as all indexes run at once (KEP-3715). */
function checkCompletions(spec: ReadonlyJsonObject, oldSpec: ReadonlyJsonObject, faults: FieldError[]): void {
  const at = specAt.child("completions");
  const completions = getOwn(spec, "completions");
  if (equalJson(completions, getOwn(oldSpec, "completions"))) return;
  if (stringIn(spec, "completionMode") !== "Indexed") faults.push(invalidField(at, completions ?? null, "field is immutable"));
  else if (isSet(spec, "completions") && isSet(spec, "parallelism") && numberIn(spec, "completions") !== numberIn(spec, "parallelism")) {
    faults.push(invalidField(at, numberIn(spec, "completions"), "can only be modified in tandem with spec.parallelism"));
  }
}

/** A suspended job of whose template no pod is left: it has never started, or those that it had have ended (KEP-5440). */
function rests(old: KubeObject): boolean {
  const status = objectIn(old, "status");
  return getOwn(objectIn(old, "spec"), "suspend") === true && (!isSet(status, "startTime") || numberIn(status, "active") === 0);
}

/** Where a job's pods go, which queues decide while the job waits (KEP-2926). */
const directives = ["nodeSelector", "tolerations", "schedulingGates"];

function checkTemplateChange(spec: ReadonlyJsonObject, oldSpec: ReadonlyJsonObject, resting: boolean, faults: FieldError[]): void {
  const template = objectIn(spec, "template");
  const oldTemplate = objectIn(oldSpec, "template");
  if (!resting) {
    if (equalJson(template, oldTemplate)) return;
    faults.push(invalidField(specAt.child("template"), templateShown(template), "field is immutable"));
    return;
  }
  const podSpec = objectIn(template, "spec");
  if (equalJson(fixedPart(podSpec), fixedPart(objectIn(oldTemplate, "spec")))) return;
  faults.push(invalidField(specAt.child("template", "spec"), podSpecShown(podSpec), "field is immutable"));
}

/** A pod's spec without what says where it goes, and how much its containers get (KEP-5440). */
function fixedPart(spec: ReadonlyJsonObject): ReadonlyJsonObject {
  const part: Record<string, ReadonlyJsonObject[string]> = { ...spec };
  for (const name of directives) delete part[name];
  const { nodeAffinity: _nodeAffinity, ...affinity } = objectIn(spec, "affinity");
  delete part["affinity"];
  if (Object.keys(affinity).length > 0) part["affinity"] = affinity;
  for (const list of ["containers", "initContainers"]) {
    const containers = getOwn(spec, list);
    if (Array.isArray(containers)) part[list] = containers.map((one: ReadonlyJsonObject) => ({ ...one, resources: {} }));
  }
  return part;
}
