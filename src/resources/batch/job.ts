import { isObject, structIn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects } from "../../object/parts.ts";
import { numberIn, objectIn } from "../../object/read.ts";
import { podMakerWarnings } from "../apps/replica-warnings.ts";
import type { KindBehaviour } from "../definition.ts";
import { defaultTemplateOf, dropDisabledOf } from "../pod-spec/template-owner.ts";
import { specAt } from "../spec-and-status.ts";
import { jobCells } from "./job-cells.ts";
import { validateJob, validateJobUpdate } from "./job-rules.ts";
import { copyTemplateLabels, generateSelector } from "./job-selector.ts";
import { validateJobStatusUpdate } from "./job-status.ts";
import { jobSpecWarnings } from "./job-warnings.ts";

/** Fills in the patterns of a failure policy, in place: a condition that is named is meant to be true. */
export function defaultFailurePolicy(spec: JsonObject): void {
  const policy = spec["podFailurePolicy"];
  if (!isObject(policy)) return;
  for (const rule of objects(policy["rules"])) {
    for (const pattern of objects(rule["onPodConditions"])) if (!pattern["status"]) pattern["status"] = "True";
  }
}

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  defaultTemplateOf(spec);
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
  spec["parallelism"] ??= 1;
  spec["backoffLimit"] ??= spec["backoffLimitPerIndex"] === undefined ? 6 : 2147483647;
  // A job without labels has its template's: one map until it is stored, so that generated labels are in both.
  const labels = structIn(structIn(spec, "template"), "metadata")["labels"];
  if (isObject(labels) && Object.keys(labels).length > 0 && Object.keys(object.metadata.labels ?? {}).length === 0) {
    object.metadata.labels = labels as Record<string, string>;
  }
  spec["completionMode"] ??= "NonIndexed";
  spec["suspend"] ??= false;
  spec["manualSelector"] ??= false;
  spec["podReplacementPolicy"] ??= isObject(spec["podFailurePolicy"]) ? "Failed" : "TerminatingOrFailed";
  defaultFailurePolicy(spec);
}

/** batch/v1 Job beyond the tables. */
export const job: KindBehaviour = {
  applyDefaults,
  strategy: {
    prepareForCreate(object) {
      generateSelector(object);
      dropDisabledOf(structIn(object, "spec"), undefined);
    },
    prepareForUpdate: (object, old) => dropDisabledOf(structIn(object, "spec"), objectIn(old, "spec")),
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    canonicalize: copyTemplateLabels,
    warnings: (object, old) => podMakerWarnings(object, old, () => jobSpecWarnings(objectIn(object, "spec"), specAt)),
    deleteWarnings: ({ propagationPolicy, orphanDependents }) =>
      propagationPolicy === undefined && orphanDependents === undefined
        ? [
            "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
          ]
        : [],
  },
  subresources: { status: { validateUpdate: validateJobStatusUpdate } },
  cells: jobCells,
  selectableFields: { "status.successful": (object) => String(numberIn(objectIn(object, "status"), "succeeded")) },
};
