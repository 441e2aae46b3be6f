import type { ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { containersOf, lastingLists } from "./scope.ts";

/** Whether a container of a pod that has ended so is started again (KEP-5307, KEP-5532). */
export function mayRestart(container: ReadonlyJsonObject, spec: ReadonlyJsonObject, exitCode: number): boolean {
  if (restartsAll(spec)) return true;
  if (!isSet(container, "restartPolicy")) return byPolicy(stringIn(spec, "restartPolicy"), exitCode);
  const rule = objectsIn(container, "restartPolicyRules").find((one) => matches(objectIn(one, "exitCodes"), exitCode));
  return rule !== undefined || byPolicy(stringIn(container, "restartPolicy"), exitCode);
}

function byPolicy(policy: string, exitCode: number): boolean {
  return policy === "OnFailure" ? exitCode !== 0 : policy !== "Never";
}

function matches(exitCodes: ReadonlyJsonObject, exitCode: number): boolean {
  const listed = listIn(exitCodes, "values").includes(exitCode);
  return stringIn(exitCodes, "operator") === "In" ? listed : !listed;
}

/** A pod in which one container's end restarts all of them has none that is known to have ended for good. */
function restartsAll(spec: ReadonlyJsonObject): boolean {
  return containersOf(spec, lastingLists)
    .flatMap((container) => objectsIn(container, "restartPolicyRules"))
    .some((rule) => stringIn(rule, "action") === "RestartAllContainers");
}
