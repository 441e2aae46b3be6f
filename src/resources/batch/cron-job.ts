import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { getOwn, isObject, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import { CronError, parseCron } from "../../object/cron.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { isTimeZone } from "../../object/time-zones.ts";
import { shownSelector } from "../../validation/selector-shown.ts";
import { optional, required } from "../../validation/presence.ts";
import { nonNegative, oneOf } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import { podMakerWarnings } from "../apps/replica-warnings.ts";
import { selectorCell } from "../apps/selector-rules.ts";
import { ageSince } from "../common-cells.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf, templateOptions } from "../pod-spec/template-owner.ts";
import { readSpec, specAt } from "../spec-and-status.ts";
import { isManual } from "./job-selector.ts";
import { checkJobSpec } from "./job-spec.ts";
import { jobSpecWarnings } from "./job-warnings.ts";
import { defaultFailurePolicy } from "./job.ts";

const jobAt = specAt.child("jobTemplate", "spec");

/** Names of jobs are the CronJob's and a time of eleven characters, and become labels of pods. */
const maxName = 52;

const jobSpecOf = (object: KubeObject): ReadonlyJsonObject => objectIn(objectIn(readSpec(object), "jobTemplate"), "spec");

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  if (!spec["concurrencyPolicy"]) spec["concurrencyPolicy"] = "Allow";
  spec["suspend"] ??= false;
  spec["successfulJobsHistoryLimit"] ??= 3;
  spec["failedJobsHistoryLimit"] ??= 1;
  const template = structIn(spec, "jobTemplate");
  structIn(template, "metadata");
  const jobSpec = structIn(template, "spec");
  // Of the job only the pods: it gets its own defaults when it is made.
  defaultTemplateOf(jobSpec);
  defaultFailurePolicy(jobSpec);
}

function checkSpec(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  checkSchedule(spec, old, faults);
  fields({ startingDeadlineSeconds: optional(nonNegative) })(spec, specAt, faults, undefined);
  if (old === undefined || getOwn(old, "timeZone") !== getOwn(spec, "timeZone")) checkTimeZone(spec, faults);
  fields({ concurrencyPolicy: required(oneOf("Allow", "Forbid", "Replace")) })(spec, specAt, faults, undefined);
  checkJobTemplate(objectIn(objectIn(spec, "jobTemplate"), "spec"), old, context, faults);
  const limits = fields({ successfulJobsHistoryLimit: optional(nonNegative), failedJobsHistoryLimit: optional(nonNegative) });
  limits(spec, specAt, faults, undefined);
  return faults;
}

/** A time zone in the schedule itself is refused unless there was one before. */
function checkSchedule(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, faults: FieldError[]): void {
  const at = specAt.child("schedule");
  const schedule = stringIn(spec, "schedule");
  if (schedule === "") {
    faults.push(requiredField(at));
    return;
  }
  try {
    parseCron(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    faults.push(invalidField(at, schedule, error.message));
  }
  if (!schedule.includes("TZ")) return;
  const hadZone = old !== undefined && stringIn(old, "schedule").includes("TZ");
  if (!hadZone) faults.push(invalidField(at, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  else if (isSet(spec, "timeZone")) {
    faults.push(invalidField(at, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  }
}

function checkTimeZone(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  if (!isSet(spec, "timeZone")) return;
  const at = specAt.child("timeZone");
  const zone = stringIn(spec, "timeZone");
  if (zone === "") {
    faults.push(invalidField(at, zone, "timeZone must be nil or non-empty string"));
    return;
  }
  if (zone.toLowerCase() === "local") {
    faults.push(invalidField(at, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
  }
  if (zone !== "Local" && !isTimeZone(zone)) faults.push(invalidField(at, zone, `unknown time zone ${zone}`));
}

function checkJobTemplate(
  jobSpec: ReadonlyJsonObject,
  old: ReadonlyJsonObject | undefined,
  context: StrategyContext,
  faults: FieldError[],
): void {
  const oldJob = old === undefined ? undefined : objectIn(objectIn(old, "jobTemplate"), "spec");
  checkJobSpec(jobSpec, jobAt, faults, templateOptions(context, oldJob));
  if (isSet(jobSpec, "selector")) {
    faults.push(invalidField(jobAt.child("selector"), shownSelector(getOwn(jobSpec, "selector")), "`selector` will be auto-generated"));
  }
  if (isManual(jobSpec)) faults.push(notSupportedField(jobAt.child("manualSelector"), true, ["nil", "false"]));
}

function validate(object: KubeObject, context: StrategyContext): FieldError[] {
  const faults = checkSpec(readSpec(object), undefined, context);
  const name = object.metadata.name ?? "";
  if (Buffer.byteLength(name) > maxName) faults.push(invalidField("metadata.name", name, `must be no more than ${maxName} characters`));
  return faults;
}

/** New schedules cannot have a zone of their own; the place is what the original says. */
const zoneInSchedule =
  "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";

function warnings(object: KubeObject, old: KubeObject | undefined): string[] {
  const texts = podMakerWarnings(object, old, () => jobSpecWarnings(jobSpecOf(object), jobAt));
  const hasZone = old !== undefined && stringIn(readSpec(object), "schedule").includes("TZ");
  return hasZone ? [...texts, zoneInSchedule] : texts;
}

/** batch/v1 CronJob beyond the tables. */
export const cronJob: KindBehaviour = {
  applyDefaults,
  strategy: {
    prepareForCreate: (object) => dropDisabledOf(jobOf(object), undefined),
    prepareForUpdate: (object, old) => dropDisabledOf(jobOf(object), jobSpecOf(old)),
    validate,
    validateUpdate: (object, old, context) => checkSpec(readSpec(object), readSpec(old), context),
    warnings,
  },
  cells: {
    ...containerCells(jobSpecOf),
    "Schedule": (object) => stringIn(readSpec(object), "schedule"),
    "Timezone": (object) => (isSet(readSpec(object), "timeZone") ? stringIn(readSpec(object), "timeZone") : "<none>"),
    "Suspend": (object) =>
      isSet(readSpec(object), "suspend") ? (getOwn(readSpec(object), "suspend") === true ? "True" : "False") : "<unset>",
    "Active": (object) => listIn(objectIn(object, "status"), "active").length,
    "Last Schedule": (object, now) => {
      const time = getOwn(objectIn(object, "status"), "lastScheduleTime");
      return typeof time === "string" ? ageSince(time, now) : "<none>";
    },
    "Selector": (object) => selectorCell(jobSpecOf(object), "<error>", "<none>"),
  },
};

function jobOf(object: KubeObject) {
  const template = structIn(structIn(object, "spec"), "jobTemplate");
  return isObject(template["spec"]) ? template["spec"] : structIn(template, "spec");
}
