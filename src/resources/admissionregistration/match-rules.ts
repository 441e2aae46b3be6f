import { duplicateField, forbiddenField, invalidField, requiredField, tooManyField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type JsonObject, type JsonValue, type ReadonlyJsonObject } from "../../object/json.ts";
import { dns1035Label, dnsSubdomain, kindName, pathSegmentName } from "../../object/names.ts";
import { objects } from "../../object/parts.ts";
import { asList, isSet, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labelKey, labelSelector } from "../../validation/labels.ts";
import { optional, present, required } from "../../validation/presence.ts";
import { oneOf } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import { namedOperationRule } from "./operation-rules.ts";
import { ExpressionCompiler, resultTypes } from "./policy-expressions.ts";

/** What becomes of a request when a webhook or policy fails. */
export const failurePolicy = oneOf("Fail", "Ignore");

/** Whether equivalent resources are meant as well. */
export const matchPolicy = oneOf("Equivalent", "Exact");

/** Whether a mutation is asked again after others changed the object. */
export const reinvocationPolicy = oneOf("IfNeeded", "Never");

/** Which requests a policy or binding is for. */
export const matchResources: Check = fields({
  matchPolicy: present(matchPolicy),
  namespaceSelector: labelSelector(),
  objectSelector: labelSelector(),
  resourceRules: each(namedOperationRule),
  excludeResourceRules: each(namedOperationRule),
});

/** The kind of a policy's parameters, by the rules of group, version and kind. */
export const paramKind: Check = struct((param, at, faults) => {
  const apiVersion = stringIn(param, "apiVersion");
  const place = at.child("apiVersion");
  const parts = apiVersion.split("/");
  if (apiVersion === "") faults.push(requiredField(place));
  else if (parts.length > 2) faults.push(invalidField(place, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const group = parts.length === 2 ? (parts[0] ?? "") : "";
    const version = parts.at(-1) ?? "";
    if (group !== "") joined(dnsSubdomain(group), place, group, faults);
    if (version === "") faults.push(invalidField(place, apiVersion, "version must be specified"));
    else joined(dns1035Label(version), place, version, faults);
  }
  const kind = stringIn(param, "kind");
  if (kind === "") faults.push(requiredField(at.child("kind")));
  else for (const problem of kindName(kind)) faults.push(invalidField(at.child("kind"), kind, problem));
});

function joined(wrong: readonly string[], at: FieldPath, value: string, faults: FieldError[]): void {
  if (wrong.length > 0) faults.push(invalidField(at, value, wrong.join(",")));
}

const EXCLUSIVE = "name and selector are mutually exclusive";

/** Which objects are a binding's parameters: one by name, or all that a selector matches. */
export const paramRef: Check = all(
  struct((ref, at, faults, context) => {
    const name = stringIn(ref, "name");
    const selector = isSet(ref, "selector");
    if (name !== "") {
      for (const message of pathSegmentName(name)) faults.push(invalidField(at.child("name"), name, message));
      if (selector) faults.push(forbiddenField(at.child("name"), EXCLUSIVE));
    }
    if (selector) {
      labelSelector()(getOwn(ref, "selector"), at.child("selector"), faults, context);
      if (name !== "") faults.push(forbiddenField(at.child("selector"), EXCLUSIVE));
    }
    if (name === "" && !selector) faults.push(requiredField(at, "one of name or selector must be specified"));
  }),
  fields({ parameterNotFoundAction: required(oneOf("Deny", "Allow")) }),
);

const MAX_MATCH_CONDITIONS = 64;

/** Conditions on a request beyond rules and selectors. Each stands for itself: `variables` are unknown to them. */
export function matchConditions(params: boolean): Check {
  return (value, at, faults, context) => {
    const conditions = asList(value);
    if (conditions.length > MAX_MATCH_CONDITIONS) faults.push(tooManyField(at, conditions.length, MAX_MATCH_CONDITIONS));
    const compiler = new ExpressionCompiler(false);
    const seen = new Set<string>();
    const check = struct((condition, place) => {
      const expression = stringIn(condition, "expression").trim();
      if (expression === "") faults.push(requiredField(place.child("expression")));
      else {
        const wrong = compiler.check(expression, resultTypes.condition, { params, authorizer: true });
        if (wrong !== undefined) faults.push(invalidField(place.child("expression"), expression, wrong));
      }
      const name = stringIn(condition, "name");
      if (name === "") faults.push(requiredField(place.child("name")));
      else labelKey(name, place.child("name"), faults, context);
      if (name !== "" && seen.has(name)) faults.push(duplicateField(place.child("name"), name));
      seen.add(name);
    });
    conditions.forEach((condition, i) => check(condition, at.index(i), faults, context));
  };
}

/** The rules of a webhook's or policy's selector that may be absent. */
export const selector: Check = optional(labelSelector());

/** Fills in what the matching of a policy or binding leaves out, in place. */
export function defaultMatchResources(resources: JsonObject): void {
  resources["matchPolicy"] ??= "Equivalent";
  resources["namespaceSelector"] ??= {};
  resources["objectSelector"] ??= {};
  for (const list of ["resourceRules", "excludeResourceRules"]) defaultScopes(resources[list]);
}

/** Rules are for resources of every scope unless they say otherwise. */
export function defaultScopes(rules: JsonValue | undefined): void {
  for (const rule of objects(rules)) rule["scope"] ??= "*";
}

/** A cell that counts the items of a list. */
export function countOf(object: ReadonlyJsonObject, list: string): number {
  return objectsIn(object, list).length;
}
