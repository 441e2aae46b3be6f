import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { required } from "../../validation/presence.ts";
import type { KindBehaviour } from "../definition.ts";
import { reinvocationPolicy } from "./match-rules.ts";
import { mutableOperations } from "./operation-rules.ts";
import { ExpressionCompiler, resultTypes } from "./policy-expressions.ts";
import { checkPolicyFrame, checkVariables, defaultPolicy, paramKindCell } from "./policy-rules.ts";
import { staticNameWarnings } from "./static-names.ts";

/** The ways to say a mutation: the member that each needs, and what its expression must give. */
const PATCH_TYPES = {
  ApplyConfiguration: { member: "applyConfiguration", result: resultTypes.applyConfiguration },
  JSONPatch: { member: "jsonPatch", result: resultTypes.jsonPatch },
} as const;

function policyFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const at = FieldPath.root.child("spec");
  // Variables are a name in mutations though there are none.
  const compiler = new ExpressionCompiler(true);
  checkPolicyFrame(spec, at, faults, mutableOperations);
  checkVariables(spec, at, faults, compiler);
  const mutations = objectsIn(spec, "mutations");
  if (mutations.length === 0) faults.push(requiredField(at.child("mutations"), "mutations must contain at least one item"));
  mutations.forEach((one, i) => checkMutation(one, at.child("mutations").index(i), faults, compiler, isSet(spec, "paramKind")));
  required(reinvocationPolicy)(spec["reinvocationPolicy"], at.child("reinvocationPolicy"), faults, undefined);
  return faults;
}

function checkMutation(
  mutation: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  compiler: ExpressionCompiler,
  params: boolean,
): void {
  const patchType = stringIn(mutation, "patchType");
  if (patchType === "") {
    faults.push(requiredField(at.child("patchType")));
    return;
  }
  if (patchType !== "ApplyConfiguration" && patchType !== "JSONPatch") {
    faults.push(notSupportedField(at.child("patchType"), patchType, Object.keys(PATCH_TYPES)));
    return;
  }
  const { member, result } = PATCH_TYPES[patchType];
  const other = PATCH_TYPES[patchType === "JSONPatch" ? "ApplyConfiguration" : "JSONPatch"].member;
  if (!isSet(mutation, member)) faults.push(requiredField(at.child(member), `must be specified when patchType is ${patchType}`));
  else {
    const expression = stringIn(objectIn(mutation, member), "expression").trim();
    const place = at.child(member).child("expression");
    const scope = { params, authorizer: true, patches: true };
    const wrong = expression === "" ? undefined : compiler.check(expression, result, scope);
    if (expression === "") faults.push(requiredField(place));
    if (wrong !== undefined) faults.push(invalidField(place, expression, wrong));
  }
  if (isSet(mutation, other)) {
    faults.push(invalidField(at.child(other), `{${other}}`, `must not be specified when patchType is ${patchType}`));
  }
}

/** What MutatingAdmissionPolicies do beyond the tables. */
export const mutatingAdmissionPolicy: KindBehaviour = {
  applyDefaults: defaultPolicy,
  strategy: { validate: policyFaults, validateUpdate: policyFaults, warnings: staticNameWarnings },
  cells: {
    Mutations: (object) => listIn(objectIn(object, "spec"), "mutations").length,
    ParamKind: paramKindCell,
  },
};
