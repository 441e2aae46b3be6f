import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { followPath, type SchemaPlace, type SchemaStep } from "./schema-path.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** What is asked of the rules of a schema (KEP-2876) beside their expressions. */
export function checkRuleForms(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const find = placesIn(schema);
  for (const [index, rule] of objectsIn(schema, "x-kubernetes-validations").entries()) {
    const place = at.child("x-kubernetes-validations").index(index);
    checkTexts(rule, place, faults);
    const reason = stringIn(rule, "reason");
    if (isSet(rule, "reason") && !REASONS.includes(reason)) faults.push(notSupportedField(place.child("reason"), reason, REASONS));
    checkFieldPath(find, stringIn(rule, "fieldPath"), place.child("fieldPath"), faults);
  }
}

function checkTexts(rule: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const text = stringIn(rule, "rule").trim();
  const message = stringIn(rule, "message");
  const shown = message.trim();
  if (text === "") faults.push(requiredField(at.child("rule"), "rule is not specified"));
  else if (message !== "" && shown === "") faults.push(invalidField(at.child("message"), message, "must be non-empty if specified"));
  else if (hasLineBreaks(shown)) faults.push(invalidField(at.child("message"), message, "must not contain line breaks"));
  else if (hasLineBreaks(text) && shown === "") {
    faults.push(requiredField(at.child("message"), "message must be specified if rule contains line breaks"));
  }
  const expression = stringIn(rule, "messageExpression");
  if (expression !== "" && expression.trim() === "") {
    faults.push(requiredField(at.child("messageExpression"), "messageExpression must be non-empty if specified"));
  }
}

function checkFieldPath(find: FindPlace, path: string, at: FieldPath, faults: FieldError[]): void {
  if (path === "") return;
  if (path.trim() === "") faults.push(invalidField(at, path, "must be non-empty if specified"));
  if (hasLineBreaks(path)) faults.push(invalidField(at, path, "must not contain line breaks"));
  if (find(path).fault !== undefined) faults.push(invalidField(at, path, "must be a valid path"));
}

function hasLineBreaks(text: string): boolean {
  return /[\r\n]/.test(text);
}

/** Finds where a path leads; `brackets`: whether it may have some. */
export type FindPlace = (path: string, brackets?: boolean) => SchemaPlace<ReadonlyJsonObject>;

/** Where paths lead in a schema as it is written. */
export function placesIn(schema: ReadonlyJsonObject): FindPlace {
  // Many paths ask the same large object whether it has properties at all, which is known by counting them.
  const bare = new Map<ReadonlyJsonObject, boolean>();
  const isBare = (properties: ReadonlyJsonObject): boolean => {
    let known = bare.get(properties);
    if (known === undefined) bare.set(properties, (known = Object.keys(properties).length === 0));
    return known;
  };
  const stepInto = (from: ReadonlyJsonObject, name: string): SchemaStep<ReadonlyJsonObject> | undefined => {
    const properties = objectIn(from, "properties");
    const property = getOwn(properties, name);
    if (isObject(property)) return { schema: property, named: true };
    const additional = getOwn(from, "additionalProperties");
    if (additional === undefined || additional === null || !isBare(properties)) return undefined;
    return { schema: objectIn(from, "additionalProperties"), named: false };
  };
  return (path, brackets = true) => followPath(schema, path, stepInto, brackets);
}
