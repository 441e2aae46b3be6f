import { invalidField, notSupportedField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { domainPath } from "../../validation/domain-path.ts";
import { optional } from "../../validation/presence.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import type { PodRuleOptions } from "../pod-spec/scope.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { checkPodFailurePolicy, checkSuccessPolicy } from "./job-policies.ts";
import { successPolicyShown } from "./job-shown.ts";

/** Limits of indexed jobs: their state is kept in the job's status (KEP-2214, KEP-3850). */
const indexed = {
  maxParallelism: 100_000,
  maxFailedIndexes: 100_000,
  softCompletions: 100_000,
  maxFailedIndexesOverSoft: 10_000,
  maxParallelismOverSoft: 10_000,
};
const maxManagedBy = 63;

const counters = fields({
  parallelism: optional(nonNegative),
  completions: optional(nonNegative),
  activeDeadlineSeconds: optional(nonNegative),
  backoffLimit: optional(nonNegative),
  ttlSecondsAfterFinished: optional(nonNegative),
  backoffLimitPerIndex: optional(nonNegative),
  maxFailedIndexes: optional(nonNegative),
});

/** Appends what is wrong with a job's spec but for its selector: what holds in a CronJob's template as well. */
export function checkJobSpec(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], options: PodRuleOptions): void {
  counters(spec, at, faults, undefined);
  if (isSet(spec, "maxFailedIndexes") && !isSet(spec, "backoffLimitPerIndex")) {
    faults.push(requiredField(at.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
  }
  if (isSet(spec, "managedBy")) checkManagedBy(stringIn(spec, "managedBy"), at.child("managedBy"), faults);
  checkCompletionMode(spec, at, faults);
  if (isSet(spec, "podFailurePolicy")) checkPodFailurePolicy(spec, at.child("podFailurePolicy"), faults);
  if (isSet(spec, "successPolicy")) {
    const place = at.child("successPolicy");
    if (stringIn(spec, "completionMode") === "Indexed") checkSuccessPolicy(spec, place, faults);
    else faults.push(invalidField(place, shownAs(objectIn(spec, "successPolicy"), successPolicyShown), "requires indexed completion mode"));
  }
  checkReplacementPolicy(spec, at.child("podReplacementPolicy"), faults);
  faults.push(...validatePodTemplateSpec(getOwn(spec, "template"), at.child("template"), options));
  checkRestartPolicy(spec, at.child("template", "spec", "restartPolicy"), faults);
}

function checkManagedBy(name: string, at: FieldPath, faults: FieldError[]): void {
  domainPath(name, at, faults, undefined);
  if (Buffer.byteLength(name) > maxManagedBy) faults.push(tooLongField(at, maxManagedBy));
}

function checkCompletionMode(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const mode = stringIn(spec, "completionMode");
  if (isSet(spec, "completionMode") && mode !== "NonIndexed" && mode !== "Indexed") {
    faults.push(notSupportedField(at.child("completionMode"), mode, ["NonIndexed", "Indexed"]));
  }
  if (mode === "Indexed") checkIndexed(spec, at, faults);
  if (mode !== "NonIndexed" && isSet(spec, "completionMode")) return;
  for (const name of ["backoffLimitPerIndex", "maxFailedIndexes"]) {
    if (isSet(spec, name)) faults.push(invalidField(at.child(name), numberIn(spec, name), "requires indexed completion mode"));
  }
}

function checkIndexed(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const completions = numberIn(spec, "completions");
  const hasCompletions = isSet(spec, "completions");
  const parallelism = numberIn(spec, "parallelism");
  const maxFailed = numberIn(spec, "maxFailedIndexes");
  const atFailed = at.child("maxFailedIndexes");
  if (!hasCompletions) faults.push(requiredField(at.child("completions"), "when completion mode is Indexed"));
  if (parallelism > indexed.maxParallelism) {
    const detail = `must be less than or equal to ${indexed.maxParallelism} when completion mode is Indexed`;
    faults.push(invalidField(at.child("parallelism"), parallelism, detail));
  }
  if (hasCompletions && isSet(spec, "maxFailedIndexes") && maxFailed > completions) {
    faults.push(invalidField(atFailed, maxFailed, "must be less than or equal to completions"));
  }
  if (maxFailed > indexed.maxFailedIndexes) {
    faults.push(invalidField(atFailed, maxFailed, `must be less than or equal to ${indexed.maxFailedIndexes}`));
  }
  if (!isSet(spec, "backoffLimitPerIndex") || completions <= indexed.softCompletions) return;
  const over = `when completions are above ${indexed.softCompletions} and used with backoff limit per index`;
  if (!isSet(spec, "maxFailedIndexes")) {
    faults.push(requiredField(atFailed, `must be specified when completions is above ${indexed.softCompletions}`));
  }
  if (parallelism > indexed.maxParallelismOverSoft) {
    const detail = `must be less than or equal to ${indexed.maxParallelismOverSoft} ${over}`;
    faults.push(invalidField(at.child("parallelism"), parallelism, detail));
  }
  if (maxFailed > indexed.maxFailedIndexesOverSoft) {
    faults.push(invalidField(atFailed, maxFailed, `must be less than or equal to ${indexed.maxFailedIndexesOverSoft} ${over}`));
  }
}

function checkReplacementPolicy(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (!isSet(spec, "podReplacementPolicy")) return;
  // With a failure policy a pod is replaced only when it is known how it ended.
  const choices = isSet(spec, "podFailurePolicy") ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  const policy = stringIn(spec, "podReplacementPolicy");
  if (!choices.includes(policy)) faults.push(notSupportedField(at, policy, choices));
}

/** Pods of jobs end; with a failure policy the job, not the kubelet, sees to their failures. */
function checkRestartPolicy(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const policy = stringIn(objectIn(objectIn(spec, "template"), "spec"), "restartPolicy");
  if (policy === "" || policy === "Always") faults.push(requiredField(at, 'valid values: "OnFailure", "Never"'));
  else if (policy !== "OnFailure" && policy !== "Never") faults.push(notSupportedField(at, policy, ["OnFailure", "Never"]));
  else if (isSet(spec, "podFailurePolicy") && policy !== "Never") {
    faults.push(invalidField(at, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}
