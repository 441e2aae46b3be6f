import { duplicateField, invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { isObject, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isCelIdentifier } from "../../cel/kubernetes/names.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { Check } from "../../validation/check.ts";
import { optional, present } from "../../validation/presence.ts";
import { fields } from "../../validation/structure.ts";
import { defaultMatchResources, failurePolicy, matchConditions, matchResources, paramKind } from "./match-rules.ts";
import type { ExpressionCompiler } from "./policy-expressions.ts";

/** What the specs of validating and mutating policies have in common, up to and including match conditions. */
export function checkPolicyFrame(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], operations?: Check): void {
  fields({
    failurePolicy: present(failurePolicy),
    paramKind: optional(paramKind),
    matchConstraints: present(matchResources),
  })(spec, at, faults, undefined);
  if (isSet(spec, "matchConstraints")) {
    const constraints = objectIn(spec, "matchConstraints");
    const place = at.child("matchConstraints").child("resourceRules");
    if (listIn(constraints, "resourceRules").length === 0) faults.push(requiredField(place));
    operations?.(listIn(constraints, "resourceRules"), place, faults, undefined);
  }
  matchConditions(isSet(spec, "paramKind"))(spec["matchConditions"], at.child("matchConditions"), faults, undefined);
}

/** Variables, in order; each is known to the expressions after it. */
export function checkVariables(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], compiler: ExpressionCompiler): void {
  const scope = { params: isSet(spec, "paramKind"), authorizer: true };
  objectsIn(spec, "variables").forEach((variable, i) => {
    const place = at.child("variables").index(i);
    const name = stringIn(variable, "name");
    const expression = stringIn(variable, "expression");
    if (name.trim() === "") faults.push(requiredField(place.child("name"), "name is not specified"));
    else if (!isCelIdentifier(name)) faults.push(invalidField(place.child("name"), name, "must be a valid CEL identifier"));
    if (expression.trim() === "") faults.push(requiredField(place.child("expression"), "expression is not specified"));
    else {
      const wrong = compiler.declare(name, expression, scope);
      if (wrong !== undefined) faults.push(invalidField(place.child("expression"), expression, wrong));
    }
  });
}

/** A name that stands twice in a list; the later one is at fault. */
export function checkDuplicate(seen: Set<string>, value: string, at: FieldPath, faults: FieldError[]): void {
  if (seen.has(value)) faults.push(duplicateField(at, value));
  seen.add(value);
}

/** Fills in what a policy leaves out, in place. */
export function defaultPolicy(object: KubeObject): void {
  const spec = structIn(object, "spec");
  spec["failurePolicy"] ??= "Fail";
  const { matchConstraints } = spec;
  if (isObject(matchConstraints)) defaultMatchResources(matchConstraints);
}

/** The kind of a policy's parameters, as a cell shows it. */
export function paramKindCell(object: KubeObject): string {
  const spec = objectIn(object, "spec");
  if (!isSet(spec, "paramKind")) return "<unset>";
  const kind = objectIn(spec, "paramKind");
  return `${stringIn(kind, "apiVersion")}/${stringIn(kind, "kind")}`;
}
