import { trackUpdate } from "../../apply/updater.ts";
import { copyJson, setOwn, structIn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { numberIn, objectIn } from "../../object/read.ts";
import { forbidden, StatusError, tooManyRequests } from "../../object/status.ts";
import { setCondition } from "../../object/conditions.ts";
import type { ObjectRecord } from "../../storage/cache/record.ts";
import { doorOf } from "../ownership.ts";
import type { Write } from "../write.ts";

/** Pods that may be on their way out at once, as a budget's status counts them. */
const MAX_DISRUPTED = 2000;

/** 429: the budget has not been counted since it changed; it may be soon. */
export function budgetUnsettled(name: string): StatusError {
  return refusal(10, `The disruption budget ${name} is still being processed by the server.`);
}

function refusal(retryAfterSeconds: number, cause: string): StatusError {
  const error = tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds);
  const { status } = error;
  return new StatusError({ ...status, details: { ...status.details, causes: [{ reason: "DisruptionBudget", message: cause }] } });
}

/**
 * The budget with one disruption less, and the pod noted as going, so that who counts takes it for gone. Errors:
 * StatusError 429 where none is left or the count is old, 403 where the count is broken.
 */
export function takeDisruption(write: Write, record: ObjectRecord, podName: string): KubeObject {
  const budget = copyJson(record.object());
  const { name = "", generation = 0 } = budget.metadata;
  const status = structIn(budget, "status");
  const allowed = numberIn(status, "disruptionsAllowed");
  const ref = { group: "policy", plural: "poddisruptionbudget" };
  if (numberIn(status, "observedGeneration") < generation) throw budgetUnsettled(name);
  if (allowed < 0) throw forbidden(ref, name, "pdb disruptions allowed is negative");
  if (Object.keys(objectIn(status, "disruptedPods")).length > MAX_DISRUPTED) {
    throw forbidden(ref, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (allowed === 0) {
    const detail = `needs ${numberIn(status, "desiredHealthy")} healthy pods and has ${numberIn(status, "currentHealthy")} currently`;
    throw refusal(0, `The disruption budget ${name} ${detail}`);
  }
  status["disruptionsAllowed"] = allowed - 1;
  if (allowed === 1) noteExhausted(status, write.strategyContext.now);
  setOwn(structIn(status, "disruptedPods"), podName, write.strategyContext.now);
  trackUpdate({ door: doorOf(write), live: record.object(), updated: budget, manager: "kube-apiserver", now: write.strategyContext.now });
  return budget;
}

/** The condition that says that no pod can be spared any more. */
function noteExhausted(status: JsonObject, now: string): void {
  const observed = numberIn(status, "observedGeneration");
  setCondition(status, {
    type: "DisruptionAllowed",
    status: "False",
    reason: "InsufficientPods",
    message: "",
    lastTransitionTime: now,
    ...(observed === 0 ? {} : { observedGeneration: observed }),
  });
}
