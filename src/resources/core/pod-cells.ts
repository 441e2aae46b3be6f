import type { JsonValue, ReadonlyJson, ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { booleanIn, isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { ageSince } from "../common-cells.ts";
import { podIp } from "./pod-selectors.ts";

/** What `kubectl get pods` tells of a pod's containers, read in one pass. */
interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  readonly lastRestart: string;
}

/** The columns of pods. */
export const podCells: Readonly<Record<string, (object: KubeObject, now: number) => JsonValue>> = {
  "Ready": (object) => {
    const { ready, total } = summaryOf(object);
    return `${ready}/${total}`;
  },
  "Status": (object) => summaryOf(object).status,
  "Restarts": (object, now) => {
    const { restarts, lastRestart } = summaryOf(object);
    return restarts === 0 || lastRestart === "" ? String(restarts) : `${restarts} (${ageSince(lastRestart, now)} ago)`;
  },
  "IP": (object) => podIp(object) || "<none>",
  "Node": (object) => stringIn(objectIn(object, "spec"), "nodeName") || "<none>",
  "Nominated Node": (object) => stringIn(objectIn(object, "status"), "nominatedNodeName") || "<none>",
  "Readiness Gates": readinessCell,
};

/** Pods that have ended are marked, so that clients can leave them out. */
export function podRowConditions(object: KubeObject): readonly ReadonlyJson[] {
  const phase = stringIn(objectIn(object, "status"), "phase");
  if (phase === "Succeeded") return [{ ...completed, reason: phase, message: "The pod has completed successfully." }];
  return phase === "Failed" ? [{ ...completed, reason: phase, message: "The pod failed." }] : [];
}

const completed = { type: "Completed", status: "True" };

function readinessCell(object: KubeObject): JsonValue {
  const gates = objectsIn(objectIn(object, "spec"), "readinessGates");
  if (gates.length === 0) return "<none>";
  const open = gates.filter((gate) => hasTrueCondition(objectIn(object, "status"), stringIn(gate, "conditionType")));
  return `${open.length}/${gates.length}`;
}

function summaryOf(object: KubeObject): Summary {
  const spec = objectIn(object, "spec");
  const status = objectIn(object, "status");
  const initContainers = objectsIn(spec, "initContainers");
  const sidecars = new Set(initContainers.filter((one) => stringIn(one, "restartPolicy") === "Always").map((one) => stringIn(one, "name")));
  const init = initSummary(objectsIn(status, "initContainerStatuses"), sidecars, initContainers.length);
  let reason = stringIn(status, "reason") || stringIn(status, "phase");
  const gated = objectsIn(status, "conditions").some(
    (one) => stringIn(one, "type") === "PodScheduled" && stringIn(one, "reason") === "SchedulingGated",
  );
  if (gated) reason = "SchedulingGated";
  if (init.reason !== undefined) reason = init.reason;
  let { ready, all: restarts } = init;
  if (init.reason === undefined || hasTrueCondition(status, "Initialized")) {
    const main = mainSummary(objectsIn(status, "containerStatuses"), reason, status);
    reason = main.reason;
    ready += main.ready;
    restarts = { count: init.sidecars.count + main.restarts.count, last: later(init.sidecars.last, main.restarts.last) };
  }
  return {
    ready,
    total: objectsIn(spec, "containers").length + sidecars.size,
    status: endingStatus(object, status, reason),
    restarts: restarts.count,
    lastRestart: restarts.last,
  };
}

interface Restarts {
  readonly count: number;
  readonly last: string;
}

/** Why a pod is not past its init containers yet, if it is not. */
function initSummary(
  statuses: readonly ReadonlyJsonObject[],
  sidecars: ReadonlySet<string>,
  count: number,
): { readonly reason: string | undefined; readonly ready: number; readonly all: Restarts; readonly sidecars: Restarts } {
  let all: Restarts = { count: 0, last: "" };
  let ofSidecars: Restarts = { count: 0, last: "" };
  let ready = 0;
  for (const [i, status] of statuses.entries()) {
    const sidecar = sidecars.has(stringIn(status, "name"));
    all = addRestarts(all, status);
    if (sidecar) ofSidecars = addRestarts(ofSidecars, status);
    const state = objectIn(status, "state");
    const terminated = objectIn(state, "terminated");
    const waiting = stringIn(objectIn(state, "waiting"), "reason");
    if (isSet(state, "terminated") && numberIn(terminated, "exitCode") === 0) continue;
    if (sidecar && booleanIn(status, "started")) {
      if (booleanIn(status, "ready")) ready++;
      continue;
    }
    let reason = `Init:${i}/${count}`;
    if (isSet(state, "terminated")) reason = `Init:${terminatedReason(terminated)}`;
    else if (waiting !== "" && waiting !== "PodInitializing") reason = `Init:${waiting}`;
    return { reason, ready, all, sidecars: ofSidecars };
  }
  return { reason: undefined, ready, all, sidecars: ofSidecars };
}

/** What the containers proper say; of several reasons the first container's counts. */
function mainSummary(
  statuses: readonly ReadonlyJsonObject[],
  phase: string,
  podStatus: ReadonlyJsonObject,
): { readonly reason: string; readonly ready: number; readonly restarts: Restarts } {
  let reason = phase;
  let ready = 0;
  let running = false;
  let restarts: Restarts = { count: 0, last: "" };
  for (const status of statuses.toReversed()) {
    restarts = addRestarts(restarts, status);
    const state = objectIn(status, "state");
    const waiting = stringIn(objectIn(state, "waiting"), "reason");
    if (waiting !== "") {
      reason = waiting;
    } else if (isSet(state, "terminated")) {
      reason = terminatedReason(objectIn(state, "terminated"));
    } else if (booleanIn(status, "ready") && isSet(state, "running")) {
      running = true;
      ready++;
    }
  }
  if (reason === "Completed" && running) reason = hasTrueCondition(podStatus, "Ready") ? "Running" : "NotReady";
  return { reason, ready, restarts };
}

function terminatedReason(terminated: ReadonlyJsonObject): string {
  const reason = stringIn(terminated, "reason");
  if (reason !== "") return reason;
  const signal = numberIn(terminated, "signal");
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberIn(terminated, "exitCode")}`;
}

/** A pod that is being deleted says so, unless it has ended or its node is lost. */
function endingStatus(object: KubeObject, status: ReadonlyJsonObject, reason: string): string {
  if (object.metadata.deletionTimestamp === undefined) return reason;
  if (stringIn(status, "reason") === "NodeLost") return "Unknown";
  const phase = stringIn(status, "phase");
  return phase === "Failed" || phase === "Succeeded" ? reason : "Terminating";
}

function addRestarts(restarts: Restarts, status: ReadonlyJsonObject): Restarts {
  const ended = stringIn(objectIn(objectIn(status, "lastState"), "terminated"), "finishedAt");
  return { count: restarts.count + numberIn(status, "restartCount"), last: later(restarts.last, ended) };
}

function later(a: string, b: string): string {
  if (a === "" || b === "") return a || b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}

function hasTrueCondition(status: ReadonlyJsonObject, type: string): boolean {
  return objectsIn(status, "conditions").some((one) => stringIn(one, "type") === type && stringIn(one, "status") === "True");
}
