import { isConditionTrue } from "../../object/conditions.ts";
import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { equalJson, getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { checkCounters } from "../apps/counters.ts";
import { statusAt } from "../spec-and-status.ts";
import { commonIndex, parseIndexes } from "./index-intervals.ts";

/** A job and its state, read once for the many rules that follow. */
interface JobState {
  readonly spec: ReadonlyJsonObject;
  readonly status: ReadonlyJsonObject;
  readonly complete: boolean;
  readonly failed: boolean;
  readonly failureTarget: boolean;
  readonly successCriteriaMet: boolean;
  readonly finished: boolean;
}

function stateOf(object: KubeObject): JobState {
  const complete = isConditionTrue(object, "Complete");
  const failed = isConditionTrue(object, "Failed");
  return {
    spec: objectIn(object, "spec"),
    status: objectIn(object, "status"),
    complete,
    failed,
    failureTarget: isConditionTrue(object, "FailureTarget"),
    successCriteriaMet: isConditionTrue(object, "SuccessCriteriaMet"),
    finished: complete || failed,
  };
}

/**
 * Faults of a changed status (KEP-4368: other controllers may write it). A rule is asked only where what it is about
 * has changed, so that an odd status does not keep others from being written.
 */
export function validateJobStatusUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const now = stateOf(object);
  const before = stateOf(old);
  const faults: FieldError[] = [];
  checkCounters(now.status, ["active", "succeeded", "failed", "ready", "terminating"], faults);
  checkUncounted(now.status, faults);
  checkConditions(now, before, faults);
  checkPods(now, before, faults);
  checkIndexes(now, before, faults);
  checkPodsLeft(now, before, faults);
  checkSuccess(now, faults);
  checkTransitions(now, before, faults);
  return faults;
}

function changed(now: JobState, before: JobState, ...names: readonly string[]): boolean {
  return names.some((name) => !equalJson(getOwn(now.status, name), getOwn(before.status, name)));
}

function conditionFault(detail: string): FieldError {
  return invalidField(statusAt.child("conditions"), undefined, detail);
}

function checkUncounted(status: ReadonlyJsonObject, faults: FieldError[]): void {
  const uncounted = objectIn(status, "uncountedTerminatedPods");
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"]) {
    stringsIn(uncounted, list).forEach((uid, i) => {
      const at = statusAt.child("uncountedTerminatedPods", list).index(i);
      if (uid === "") faults.push(invalidField(at, uid, "must not be empty"));
      else if (seen.has(uid)) faults.push(duplicateField(at, uid));
      seen.add(uid);
    });
  }
}

function checkConditions(now: JobState, before: JobState, faults: FieldError[]): void {
  const { status, complete, failed } = now;
  const completes = complete !== before.complete;
  const fails = failed !== before.failed;
  const at = statusAt.child("completionTime");
  const ended = stringIn(status, "completionTime");
  const endMoved = completes || changed(now, before, "completionTime");
  if ((completes || fails) && complete && failed) faults.push(conditionFault("cannot set Complete=True and Failed=true conditions"));
  if ((completes || now.failureTarget !== before.failureTarget) && complete && now.failureTarget) {
    faults.push(conditionFault("cannot set Complete=True and FailureTarget=true conditions"));
  }
  if (endMoved && ended !== "" && !complete) {
    faults.push(invalidField(at, ended, "cannot set completionTime when there is no Complete=True condition"));
  }
  if (endMoved && ended === "" && complete) faults.push(requiredField(at, "completionTime is required for Complete jobs"));
  const started = stringIn(status, "startTime");
  if (changed(now, before, "startTime", "completionTime") && started !== "" && ended !== "" && Date.parse(ended) < Date.parse(started)) {
    faults.push(invalidField(at, ended, "must be equal to or after `startTime`"));
  }
  if ((fails || changed(now, before, "failedIndexes")) && failed && !now.failureTarget) {
    faults.push(conditionFault("cannot set Failed=True condition without the FailureTarget=true condition"));
  }
  if ((completes || now.successCriteriaMet !== before.successCriteriaMet) && complete && !now.successCriteriaMet) {
    faults.push(conditionFault("cannot set Complete=True condition without the SuccessCriteriaMet=true condition"));
  }
}

function checkPods(now: JobState, before: JobState, faults: FieldError[]): void {
  const { spec, status, finished } = now;
  const finishes = finished !== before.finished;
  const active = numberIn(status, "active");
  if ((finishes || changed(now, before, "active")) && finished && active > 0) {
    faults.push(invalidField(statusAt.child("active"), active, "active>0 is invalid for finished job"));
  }
  const nothingToDo = getOwn(spec, "suspend") === true && getOwn(spec, "completions") === 0;
  if ((finishes || changed(now, before, "startTime")) && !nothingToDo && finished && !isSet(status, "startTime")) {
    faults.push(requiredField(statusAt.child("startTime"), "startTime is required for finished job"));
  }
  const uncounted = objectIn(status, "uncountedTerminatedPods");
  const left = stringsIn(uncounted, "succeeded").length + stringsIn(uncounted, "failed").length;
  if ((finishes || changed(now, before, "uncountedTerminatedPods")) && finished && left > 0) {
    const shown = { Succeeded: getOwn(uncounted, "succeeded") ?? null, Failed: getOwn(uncounted, "failed") ?? null };
    faults.push(invalidField(statusAt.child("uncountedTerminatedPods"), shown, "must be empty for finished job"));
  }
}

function checkPodsLeft(now: JobState, before: JobState, faults: FieldError[]): void {
  const { status, finished } = now;
  const terminating = numberIn(status, "terminating");
  if ((finished !== before.finished || changed(now, before, "terminating")) && finished && terminating > 0) {
    faults.push(invalidField(statusAt.child("terminating"), terminating, "terminating>0 is invalid for finished job"));
  }
  const ready = numberIn(status, "ready");
  if (changed(now, before, "ready", "active") && isSet(status, "ready") && ready > numberIn(status, "active")) {
    faults.push(invalidField(statusAt.child("ready"), ready, "cannot set more ready pods than active"));
  }
}

function checkIndexes(now: JobState, before: JobState, faults: FieldError[]): void {
  const { spec, status } = now;
  const completions = isSet(spec, "completions") ? numberIn(spec, "completions") : undefined;
  const completedMoved = changed(now, before, "completedIndexes");
  const failedMoved = changed(now, before, "failedIndexes");
  const completed = stringIn(status, "completedIndexes");
  const failed = stringIn(status, "failedIndexes");
  const atCompleted = statusAt.child("completedIndexes");
  const atFailed = statusAt.child("failedIndexes");
  const perIndex = isSet(spec, "backoffLimitPerIndex");
  const hasFailed = isSet(status, "failedIndexes");
  if (completedMoved && completions !== undefined) {
    const { error } = parseIndexes(completed, completions);
    if (error !== undefined) faults.push(invalidField(atCompleted, completed, `error parsing completedIndexes: ${error}`));
  }
  if (failedMoved && completions !== undefined && perIndex && hasFailed) {
    const { error } = parseIndexes(failed, completions);
    if (error !== undefined) faults.push(invalidField(atFailed, failed, `error parsing failedIndexes: ${error}`));
  }
  if (completedMoved && completed !== "" && stringIn(spec, "completionMode") !== "Indexed") {
    faults.push(invalidField(atCompleted, completed, "cannot set non-empty completedIndexes when non-indexed completion mode"));
  }
  if (failedMoved && hasFailed && !perIndex) {
    faults.push(invalidField(atFailed, failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null"));
  }
  if ((completedMoved || failedMoved) && completions !== undefined && hasFailed) {
    const both = commonIndex(completed, failed, completions);
    if (both !== undefined) faults.push(invalidField(atFailed, failed, `failedIndexes and completedIndexes overlap at index: ${both}`));
  }
}

function checkSuccess(now: JobState, faults: FieldError[]): void {
  const { spec, successCriteriaMet } = now;
  const hasPolicy = isSet(spec, "successPolicy");
  if (successCriteriaMet) {
    if (hasPolicy && stringIn(spec, "completionMode") !== "Indexed")
      faults.push(conditionFault("cannot set SuccessCriteriaMet to NonIndexed Job"));
    if (now.failed) faults.push(conditionFault("cannot set SuccessCriteriaMet=True and Failed=true conditions"));
    if (now.failureTarget) faults.push(conditionFault("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"));
  }
  if (hasPolicy && !successCriteriaMet && now.complete) {
    faults.push(conditionFault("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"));
  }
}

function checkTransitions(now: JobState, before: JobState, faults: FieldError[]): void {
  const { spec, status } = now;
  const terminal = { Failed: "failed", Complete: "complete", FailureTarget: "failureTarget" } as const;
  for (const [type, member] of Object.entries(terminal)) {
    if (before[member] && !now[member]) faults.push(conditionFault(`cannot disable the terminal ${type}=True condition`));
  }
  const failed = numberIn(status, "failed");
  if (failed < numberIn(before.status, "failed")) {
    faults.push(invalidField(statusAt.child("failed"), failed, "cannot decrease the failed counter"));
  }
  // An indexed job that runs all its indexes at once can be scaled down, and then counts fewer.
  const canShrink = stringIn(spec, "completionMode") === "Indexed" && equalJson(getOwn(spec, "completions"), getOwn(spec, "parallelism"));
  const succeeded = numberIn(status, "succeeded");
  if (!canShrink && succeeded < numberIn(before.status, "succeeded")) {
    faults.push(invalidField(statusAt.child("succeeded"), succeeded, "cannot decrease the succeeded counter"));
  }
  if (isSet(before.status, "completionTime") && isSet(status, "completionTime") && changed(now, before, "completionTime")) {
    faults.push(invalidField(statusAt.child("completionTime"), stringIn(status, "completionTime"), "field is immutable"));
  }
  const started = stringIn(status, "startTime");
  if (isSet(before.status, "startTime") && changed(now, before, "startTime") && getOwn(spec, "suspend") !== true) {
    faults.push(invalidField(statusAt.child("startTime"), started || null, "field is immutable for unsuspended job once set"));
  }
  if (before.successCriteriaMet && !now.successCriteriaMet)
    faults.push(conditionFault("cannot disable the SuccessCriteriaMet=True condition"));
  if (before.complete && !before.successCriteriaMet && now.successCriteriaMet) {
    faults.push(conditionFault("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"));
  }
}
