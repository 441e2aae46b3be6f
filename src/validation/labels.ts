import { forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../object/field-error.ts";
import type { FieldPath } from "../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { annotationKey, annotationsMaxBytes, dnsSubdomain, labelKey as labelKeyRules, labelValue } from "../object/names.ts";
import { asObject, asString, listIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { sortedKeys } from "../object/text-order.ts";
import { skippingAbsent, type Check } from "./check.ts";
import { text } from "./scalars.ts";

/** A label key: `[prefix/]name`. */
export const labelKey: Check = text(labelKeyRules);

/** Keys and values of labels; faults are the map's. */
export const labels: Check = skippingAbsent((value, at, faults, context) => {
  const map = asObject(value);
  for (const key of sortedKeys(map)) {
    labelKey(key, at, faults, context);
    const read = asString(getOwn(map, key));
    for (const message of labelValue(read)) faults.push(invalidField(at, read, message));
  }
});

/** Keys of annotations, in any case of letters, and the size of all together. */
export const annotations: Check = skippingAbsent((value, at, faults) => {
  const map = asObject(value);
  let size = 0;
  for (const key of sortedKeys(map)) {
    for (const message of annotationKey(key)) faults.push(invalidField(at, key, message));
    size += Buffer.byteLength(key) + Buffer.byteLength(asString(getOwn(map, key)));
  }
  if (size > annotationsMaxBytes) faults.push(tooLongField(at, annotationsMaxBytes));
});

/** What a selector is forgiven: updates keep values that were valid when they were written. */
export interface SelectorOptions {
  readonly allowInvalidValues?: boolean;
  /** Newer clients may know operators that we do not. */
  readonly allowUnknownOperators?: boolean;
}

/** The rules of a metav1.LabelSelector. */
export function labelSelector(options: SelectorOptions = {}): Check {
  return skippingAbsent((value, at, faults, context) => {
    const selector = asObject(value);
    labels(getOwn(selector, "matchLabels"), at.child("matchLabels"), faults, context);
    const expressions = listIn(selector, "matchExpressions");
    expressions.forEach((expression, i) => checkLabelRequirement(expression, at.child("matchExpressions").index(i), faults, options));
  });
}

/** What an operator asks of how many values there are; undefined where they are right. */
type CountRule = (count: number, at: FieldPath) => FieldError | undefined;

const some: CountRule = (count, at) =>
  count === 0 ? requiredField(at, "must be specified when `operator` is 'In' or 'NotIn'") : undefined;

const none: CountRule = (count, at) =>
  count > 0 ? forbiddenField(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'") : undefined;

const single: CountRule = (count, at) =>
  count === 1 ? undefined : requiredField(at, "must be specified single value when `operator` is 'Lt' or 'Gt'");

type Operators = ReadonlyMap<string, CountRule>;

const labelOperators: Operators = new Map([
  ["In", some],
  ["NotIn", some],
  ["Exists", none],
  ["DoesNotExist", none],
]);

const nodeOperators: Operators = new Map([...labelOperators, ["Gt", single], ["Lt", single]]);

const operatorUnknown = "not a valid selector operator";

/** The rules of one requirement of a selector. */
export function checkLabelRequirement(value: ReadonlyJson, at: FieldPath, faults: FieldError[], options: SelectorOptions): void {
  checkRequirement(labelOperators, value, at, faults, options);
}

function checkRequirement(operators: Operators, value: ReadonlyJson, at: FieldPath, faults: FieldError[], options: SelectorOptions): void {
  const requirement = asObject(value);
  const operator = stringIn(requirement, "operator");
  const values = listIn(requirement, "values");
  const rule = operators.get(operator);
  const wrong = rule?.(values.length, at.child("values"));
  if (wrong !== undefined) faults.push(wrong);
  if (rule === undefined && options.allowUnknownOperators !== true) {
    faults.push(invalidField(at.child("operator"), operator, operatorUnknown));
  }
  labelKey(getOwn(requirement, "key"), at.child("key"), faults, undefined);
  if (options.allowInvalidValues !== true) checkLabelValues(values, at, faults);
}

/** Whether a LabelSelector, or a term of a NodeSelector, has values that are no label values: servers of old let them in, and what is stored is forgiven. */
export function hasInvalidValues(selector: ReadonlyJsonObject): boolean {
  return objectsIn(selector, "matchExpressions").some((one) => stringsIn(one, "values").some((value) => labelValue(value).length > 0));
}

function checkLabelValues(values: readonly ReadonlyJson[], at: FieldPath, faults: FieldError[]): void {
  values.forEach((value, i) => {
    const read = asString(value);
    for (const message of labelValue(read)) faults.push(invalidField(at.child("values").index(i), read, message));
  });
}

/** The rules of a core/v1 NodeSelector: at least one term. */
export function nodeSelector(options: SelectorOptions = {}): Check {
  return (value, at, faults) => {
    const terms = objectsIn(asObject(value), "nodeSelectorTerms");
    const place = at.child("nodeSelectorTerms");
    if (terms.length === 0) faults.push(requiredField(place, "must have at least one node selector term"));
    terms.forEach((term, i) => nodeSelectorTerm(options)(term, place.index(i), faults, undefined));
  };
}

/** The rules of one term of a NodeSelector. */
export function nodeSelectorTerm(options: SelectorOptions = {}): Check {
  return (value, at, faults) => {
    const term = asObject(value);
    listIn(term, "matchExpressions").forEach((requirement, i) =>
      checkRequirement(nodeOperators, requirement, at.child("matchExpressions").index(i), faults, options),
    );
    listIn(term, "matchFields").forEach((requirement, i) =>
      checkNodeFieldRequirement(requirement, at.child("matchFields").index(i), faults),
    );
  };
}

/** Fields of a node that a selector term may ask for, with the rule of their values. */
const nodeFields: ReadonlyMap<string, (value: string) => readonly string[]> = new Map([
  ["metadata.name", (value: string) => dnsSubdomain(value)],
]);

function checkNodeFieldRequirement(value: ReadonlyJson, at: FieldPath, faults: FieldError[]): void {
  const requirement = asObject(value);
  const operator = stringIn(requirement, "operator");
  const values = listIn(requirement, "values");
  if (operator !== "In" && operator !== "NotIn") {
    faults.push(invalidField(at.child("operator"), operator, operatorUnknown));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    faults.push(requiredField(at.child("values"), detail));
  }
  const key = stringIn(requirement, "key");
  const rule = nodeFields.get(key);
  if (rule === undefined) {
    faults.push(invalidField(at.child("key"), key, "not a valid field selector key"));
    return;
  }
  values.forEach((one, i) => {
    const read = asString(one);
    for (const message of rule(read)) faults.push(invalidField(at.child("values").index(i), read, message));
  });
}
