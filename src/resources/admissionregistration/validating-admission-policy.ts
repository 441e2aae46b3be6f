import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { conditions } from "../../validation/conditions.ts";
import { findFaults } from "../../validation/check.ts";
import { required } from "../../validation/presence.ts";
import { each, fields, struct } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { ExpressionCompiler, resultTypes, type ExpressionScope } from "./policy-expressions.ts";
import { checkDuplicate, checkPolicyFrame, checkVariables, defaultPolicy, paramKindCell } from "./policy-rules.ts";
import { staticNameWarnings } from "./static-names.ts";

/** Reasons that a refusal may give: the Status reasons that a client can do something about. */
const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION_BYTES = 5 * 1024;
const NOTHING_TO_DO = "validations or auditAnnotations must contain at least one item";

function policyFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const at = FieldPath.root.child("spec");
  const params = isSet(spec, "paramKind");
  const compiler = new ExpressionCompiler(listIn(spec, "variables").length > 0);
  checkPolicyFrame(spec, at, faults);
  checkVariables(spec, at, faults, compiler);
  const validations = objectsIn(spec, "validations");
  const auditAnnotations = objectsIn(spec, "auditAnnotations");
  if (validations.length === 0 && auditAnnotations.length === 0) {
    faults.push(requiredField(at.child("validations"), NOTHING_TO_DO), requiredField(at.child("auditAnnotations"), NOTHING_TO_DO));
    return faults;
  }
  validations.forEach((one, i) => checkValidation(one, at.child("validations").index(i), faults, compiler, params));
  const place = at.child("auditAnnotations");
  if (auditAnnotations.length > MAX_AUDIT_ANNOTATIONS) {
    const shown = auditAnnotations.map((one) => ({ Key: stringIn(one, "key"), ValueExpression: stringIn(one, "valueExpression") }));
    faults.push(invalidField(place, shown, `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`));
  }
  const keys = new Set<string>();
  auditAnnotations.forEach((one, i) => {
    checkAuditAnnotation(one, object.metadata.name ?? "", place.index(i), faults, compiler, params);
    checkDuplicate(keys, stringIn(one, "key"), place.index(i).child("key"), faults);
  });
  return faults;
}

function checkValidation(
  validation: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  compiler: ExpressionCompiler,
  params: boolean,
): void {
  const expression = stringIn(validation, "expression");
  const messageExpression = stringIn(validation, "messageExpression");
  const message = stringIn(validation, "message");
  const check = (text: string, wanted: Parameters<ExpressionCompiler["check"]>[1], scope: ExpressionScope, place: FieldPath): void => {
    const wrong = compiler.check(text, wanted, scope);
    if (wrong !== undefined) faults.push(invalidField(place, text, wrong));
  };
  if (expression.trim() === "") faults.push(requiredField(at.child("expression"), "expression is not specified"));
  else check(expression, resultTypes.condition, { params, authorizer: true }, at.child("expression"));
  if (messageExpression !== "") {
    const place = at.child("messageExpression");
    if (messageExpression.trim() === "") faults.push(invalidField(place, messageExpression, "must be non-empty if specified"));
    else check(messageExpression, resultTypes.message, { params, authorizer: false }, place);
  }
  if (message !== "" && message.trim() === "") {
    faults.push(invalidField(at.child("message"), message, "must be non-empty if specified"));
  } else if (/[\r\n]/.test(message.trim())) {
    faults.push(invalidField(at.child("message"), message, "must not contain line breaks"));
  }
  const reason = stringIn(validation, "reason");
  if (isSet(validation, "reason") && !REASONS.includes(reason)) faults.push(notSupportedField(at.child("reason"), reason, REASONS));
}

/** The key is completed by the policy's name, and both together must be an annotation's key. */
function checkAuditAnnotation(
  annotation: ReadonlyJsonObject,
  policy: string,
  at: FieldPath,
  faults: FieldError[],
  compiler: ExpressionCompiler,
  params: boolean,
): void {
  const key = stringIn(annotation, "key");
  if (policy === "") faults.push(invalidField(at.child("key"), key, "requires metadata.name be non-empty"));
  else {
    const whole = `${policy}/${key}`;
    for (const message of qualifiedNameRules(whole)) faults.push(invalidField(at.child("key"), whole, message));
  }
  const expression = stringIn(annotation, "valueExpression");
  const place = at.child("valueExpression");
  if (expression.trim() === "") faults.push(requiredField(place, "valueExpression is not specified"));
  else if (Buffer.byteLength(expression.trim()) > MAX_VALUE_EXPRESSION_BYTES) {
    faults.push(requiredField(place, `must not exceed ${MAX_VALUE_EXPRESSION_BYTES} bytes in length`));
  } else {
    const wrong = compiler.check(expression.trim(), resultTypes.auditAnnotation, { params, authorizer: true });
    if (wrong !== undefined) faults.push(invalidField(place, expression, wrong));
  }
}

const statusRules = fields({
  status: fields({
    typeChecking: fields({
      expressionWarnings: each(
        struct((warning, at, faults, context) => {
          fields({ warning: required() })(warning, at, faults, context);
          if (stringIn(warning, "fieldRef").trim() === "") faults.push(requiredField(at.child("fieldRef")));
        }),
      ),
    }),
    conditions,
  }),
});

/** What ValidatingAdmissionPolicies do beyond the tables. */
export const validatingAdmissionPolicy: KindBehaviour = {
  applyDefaults: defaultPolicy,
  strategy: { validate: policyFaults, validateUpdate: policyFaults, warnings: staticNameWarnings },
  subresources: { status: { validateUpdate: (object) => findFaults(statusRules, object) } },
  cells: {
    Validations: (object) => listIn(objectIn(object, "spec"), "validations").length,
    ParamKind: paramKindCell,
  },
};
