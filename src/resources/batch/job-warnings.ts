import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, stringIn } from "../../object/read.ts";
import { templateWarnings } from "../pod-spec/template-owner.ts";

/** Indexes and parallelism at which the job's state grows beyond what is kept well. */
const softCompletions = 100_000;
const softParallelism = 10_000;

const tooManyIndexes =
  "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail";

/** What a writer of a job's spec should know, which is at `at`; a CronJob's template has one as well. */
export function jobSpecWarnings(spec: ReadonlyJsonObject, at: FieldPath): string[] {
  const grows =
    stringIn(spec, "completionMode") === "Indexed" &&
    numberIn(spec, "completions") > softCompletions &&
    numberIn(spec, "parallelism") > softParallelism;
  return [...(grows ? [`${at.toString()}: ${tooManyIndexes}`] : []), ...templateWarnings(spec, at.child("template"))];
}
