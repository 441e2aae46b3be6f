import { isConditionTrue } from "../../object/conditions.ts";
import { humanDuration } from "../../object/duration.ts";
import type { JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, stringIn } from "../../object/read.ts";
import { selectorCell } from "../apps/selector-rules.ts";
import { containerCells } from "../pod-spec/template-owner.ts";
import { readSpec, readStatus } from "../spec-and-status.ts";

function statusCell(object: KubeObject): string {
  if (isConditionTrue(object, "Complete")) return "Complete";
  if (isConditionTrue(object, "Failed")) return "Failed";
  if (object.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find((type) => isConditionTrue(object, type)) ?? "Running";
}

function completionsCell(object: KubeObject): string {
  const succeeded = numberIn(readStatus(object), "succeeded");
  if (isSet(readSpec(object), "completions")) return `${succeeded}/${numberIn(readSpec(object), "completions")}`;
  const parallelism = numberIn(readSpec(object), "parallelism");
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell(object: KubeObject, now: number): string {
  const started = stringIn(readStatus(object), "startTime");
  if (started === "") return "";
  const ended = stringIn(readStatus(object), "completionTime");
  return humanDuration((ended === "" ? now : Date.parse(ended)) - Date.parse(started));
}

/** The columns of jobs. */
export const jobCells: Readonly<Record<string, (object: KubeObject, now: number) => JsonValue>> = {
  ...containerCells(readSpec),
  Status: statusCell,
  Completions: completionsCell,
  Duration: durationCell,
  Selector: (object) => selectorCell(readSpec(object), "<error>", "<none>"),
};
