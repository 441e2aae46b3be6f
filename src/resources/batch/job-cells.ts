import { humanDuration } from "../../object/duration.ts";
import type { JsonValue, ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { selectorCell } from "../apps/selector-rules.ts";
import { containerCells } from "../pod-spec/template-owner.ts";
import { isConditionTrue } from "../../object/conditions.ts";

const spec = (object: KubeObject): ReadonlyJsonObject => objectIn(object, "spec");
const status = (object: KubeObject): ReadonlyJsonObject => objectIn(object, "status");

function statusCell(object: KubeObject): string {
  if (isConditionTrue(object, "Complete")) return "Complete";
  if (isConditionTrue(object, "Failed")) return "Failed";
  if (object.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find((type) => isConditionTrue(object, type)) ?? "Running";
}

function completionsCell(object: KubeObject): string {
  const succeeded = numberIn(status(object), "succeeded");
  if (isSet(spec(object), "completions")) return `${succeeded}/${numberIn(spec(object), "completions")}`;
  const parallelism = numberIn(spec(object), "parallelism");
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell(object: KubeObject, now: number): string {
  const started = stringIn(status(object), "startTime");
  if (started === "") return "";
  const ended = stringIn(status(object), "completionTime");
  return humanDuration((ended === "" ? now : Date.parse(ended)) - Date.parse(started));
}

/** The columns of jobs. */
export const jobCells: Readonly<Record<string, (object: KubeObject, now: number) => JsonValue>> = {
  ...containerCells(spec),
  Status: statusCell,
  Completions: completionsCell,
  Duration: durationCell,
  Selector: (object) => selectorCell(spec(object), "<error>", "<none>"),
};
