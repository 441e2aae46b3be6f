import { forbiddenField, invalidField, notSupportedField, requiredField, tooManyField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";

const policies = ["Always", "Never", "OnFailure"];
const actions = ["Restart", "RestartAllContainers"];
const operators = ["In", "NotIn"];
const maxRules = 20;
const maxExitCodes = 255;

/** Appends what is wrong with a container's own restart policy and its rules by exit code (KEP-5307). */
export function checkContainerRestartPolicy(container: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const rules = objectsIn(container, "restartPolicyRules");
  const place = at.child("restartPolicy");
  if (!isSet(container, "restartPolicy")) {
    if (rules.length > 0) faults.push(requiredField(place, "must specify restartPolicy when restart rules are used"));
  } else if (!policies.includes(stringIn(container, "restartPolicy"))) {
    faults.push(notSupportedField(place, stringIn(container, "restartPolicy"), policies));
  }
  if (rules.length > maxRules) faults.push(tooManyField(at.child("restartPolicyRules"), rules.length, maxRules));
  rules.forEach((rule, i) => checkRule(rule, at.child("restartPolicyRules").index(i), faults));
}

function checkRule(rule: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const action = stringIn(rule, "action");
  if (!actions.includes(action)) faults.push(notSupportedField(at.child("action"), action, actions));
  if (!isSet(rule, "exitCodes")) {
    faults.push(requiredField(at.child("exitCodes"), "must be specified"));
    return;
  }
  const exitCodes = objectIn(rule, "exitCodes");
  const operator = stringIn(exitCodes, "operator");
  const values = listIn(exitCodes, "values");
  const place = at.child("exitCodes");
  if (!operators.includes(operator)) faults.push(notSupportedField(place.child("operator"), operator, operators));
  if (values.length > maxExitCodes) faults.push(tooManyField(place.child("values"), values.length, maxExitCodes));
}

/** Members of a container that only one which keeps running has: its own lifecycle and its probes. */
const runningMembers = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const;

/** Appends what an init container that runs to its end may not have. */
export function checkRunsToCompletion(container: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const member of runningMembers) {
    if (!isSet(container, member)) continue;
    faults.push(forbiddenField(at.child(member), "may not be set for init containers without restartPolicy=Always"));
  }
}

/** Appends what is wrong with resizing an init container that runs to its end: it cannot be restarted for it. */
export function checkResizeOfInit(container: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  objectsIn(container, "resizePolicy").forEach((policy, i) => {
    if (stringIn(policy, "restartPolicy") !== "RestartContainer") return;
    const place = at.child("resizePolicy").index(i).child("restartPolicy");
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    faults.push(invalidField(place, "RestartContainer", detail));
  });
}
