import {
  duplicateField,
  invalidField,
  notSupportedField,
  requiredField,
  tooLongField,
  tooManyField,
  type FieldError,
} from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { quoteText } from "../../object/quote.ts";
import { asNumber, isSet, listIn, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { parseIndexes } from "./index-intervals.ts";

const maxRules = 20;
const maxPatterns = 20;
const maxExitCodes = 255;
const maxIndexesText = 64 * 1024;

const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
const operators = ["In", "NotIn"];
const conditionStatuses = ["False", "True", "Unknown"];

/** A fault of a text out of a fixed set; a missing one is told with the set as a list. */
function checkChoice(text: string, choices: readonly string[], at: FieldPath, faults: FieldError[]): void {
  if (text === "") faults.push(requiredField(at, `valid values: [${choices.map(quoteText).join(" ")}]`));
  else if (!choices.includes(text)) faults.push(notSupportedField(at, text, choices));
}

/** Appends what is wrong with what a job does about failed pods (KEP-3329). `spec` is the job's. */
export function checkPodFailurePolicy(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const rules = objectsIn(objectIn(spec, "podFailurePolicy"), "rules");
  if (rules.length > maxRules) faults.push(tooManyField(at.child("rules"), rules.length, maxRules));
  const podSpec = objectIn(objectIn(spec, "template"), "spec");
  const containers = new Set(
    [...objectsIn(podSpec, "containers"), ...objectsIn(podSpec, "initContainers")].map((one) => stringIn(one, "name")),
  );
  rules.forEach((rule, i) => checkFailureRule(spec, rule, containers, at.child("rules").index(i), faults));
}

function checkFailureRule(
  spec: ReadonlyJsonObject,
  rule: ReadonlyJsonObject,
  containers: ReadonlySet<string>,
  at: FieldPath,
  faults: FieldError[],
): void {
  const action = stringIn(rule, "action");
  if (action !== "FailIndex") checkChoice(action, actions, at.child("action"), faults);
  else if (!isSet(spec, "backoffLimitPerIndex")) {
    faults.push(invalidField(at.child("action"), action, "requires the backoffLimitPerIndex to be set"));
  }
  const codes = isSet(rule, "onExitCodes");
  const conditions = objectsIn(rule, "onPodConditions");
  if (codes) checkExitCodes(objectIn(rule, "onExitCodes"), containers, at.child("onExitCodes"), faults);
  checkPatterns(conditions, at.child("onPodConditions"), faults);
  if (codes && conditions.length > 0) {
    faults.push(invalidField(at, undefined, "specifying both OnExitCodes and OnPodConditions is not supported"));
  }
  if (!codes && conditions.length === 0) {
    faults.push(invalidField(at, undefined, "specifying one of OnExitCodes and OnPodConditions is required"));
  }
}

function checkPatterns(patterns: readonly ReadonlyJsonObject[], at: FieldPath, faults: FieldError[]): void {
  if (patterns.length > maxPatterns) faults.push(tooManyField(at, patterns.length, maxPatterns));
  patterns.forEach((pattern, i) => {
    const place = at.index(i);
    const type = stringIn(pattern, "type");
    for (const message of qualifiedNameRules(type)) faults.push(invalidField(place.child("type"), type, message));
    checkChoice(stringIn(pattern, "status"), conditionStatuses, place.child("status"), faults);
  });
}

function checkExitCodes(codes: ReadonlyJsonObject, containers: ReadonlySet<string>, at: FieldPath, faults: FieldError[]): void {
  const operator = stringIn(codes, "operator");
  checkChoice(operator, operators, at.child("operator"), faults);
  const container = stringIn(codes, "containerName");
  if (isSet(codes, "containerName") && !containers.has(container)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    faults.push(invalidField(at.child("containerName"), container, detail));
  }
  const place = at.child("values");
  const values = listIn(codes, "values");
  if (values.length === 0) faults.push(invalidField(place, getOwn(codes, "values") ?? null, "at least one value is required"));
  else if (values.length > maxExitCodes) faults.push(tooManyField(place, values.length, maxExitCodes));
  const seen = new Set<ReadonlyJson>();
  values.forEach((value, i) => {
    if (operator === "In" && value === 0) faults.push(invalidField(place.index(i), value, "must not be 0 for the In operator"));
    if (seen.has(value)) faults.push(duplicateField(place.index(i), value));
    seen.add(value);
  });
  const ordered = values.every((value, i) => i === 0 || asNumber(values[i - 1]) <= asNumber(value));
  if (!ordered) faults.push(invalidField(place, values, "must be ordered"));
}

/** Appends what is wrong with when an indexed job has succeeded before all of it has (KEP-3998). `spec` is the job's. */
export function checkSuccessPolicy(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const rules = objectsIn(objectIn(spec, "successPolicy"), "rules");
  const place = at.child("rules");
  if (rules.length === 0) {
    faults.push(requiredField(place, "at least one rules must be specified when the successPolicy is specified"));
  }
  if (rules.length > maxRules) faults.push(tooManyField(place, rules.length, maxRules));
  rules.forEach((rule, i) => checkSuccessRule(rule, numberIn(spec, "completions"), place.index(i), faults));
}

function checkSuccessRule(rule: ReadonlyJsonObject, completions: number, at: FieldPath, faults: FieldError[]): void {
  const hasCount = isSet(rule, "succeededCount");
  const hasIndexes = isSet(rule, "succeededIndexes");
  if (!hasCount && !hasIndexes) {
    faults.push(requiredField(at, "at least one of succeededCount or succeededIndexes must be specified"));
  }
  const text = stringIn(rule, "succeededIndexes");
  const place = at.child("succeededIndexes");
  if (hasIndexes && Buffer.byteLength(text) > maxIndexesText) faults.push(tooLongField(place, maxIndexesText));
  const indexes = parseIndexes(text, completions);
  if (indexes.error !== undefined) faults.push(invalidField(place, text, `error parsing succeededIndexes: ${indexes.error}`));
  if (!hasCount) return;
  const count = numberIn(rule, "succeededCount");
  const atCount = at.child("succeededCount");
  nonNegative(count, atCount, faults, undefined);
  if (count > completions) {
    faults.push(invalidField(atCount, count, `must be less than or equal to ${completions} (the number of specified completions)`));
  }
  if (hasIndexes && count > indexes.total) {
    const what = "the number of indexes in the specified succeededIndexes field";
    faults.push(invalidField(atCount, count, `must be less than or equal to ${indexes.total} (${what})`));
  }
}
