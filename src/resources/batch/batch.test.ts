import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { cronJob } from "./cron-job.ts";
import { commonIndex } from "./index-intervals.ts";
import { jobCells } from "./job-cells.ts";
import { job } from "./job.ts";

const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } };
const jobs = trialOf(job, "batch/v1", "Job");
const cronJobs = trialOf(cronJob, "batch/v1", "CronJob");
const jobFaults = (spec: JsonObject): string[] => jobs.faults({ spec: { template, ...spec } });

test("a job selects its own pods", () => {
  const made = jobs.created({ spec: { template } });
  const labels = {
    "job-name": "x",
    "batch.kubernetes.io/job-name": "x",
    "controller-uid": "u-1",
    "batch.kubernetes.io/controller-uid": "u-1",
  };
  assert.deepEqual(at(made, "spec", "template", "metadata", "labels"), labels);
  assert.deepEqual(at(made, "spec", "selector"), { matchLabels: { "batch.kubernetes.io/controller-uid": "u-1" } });
  assert.equal(made.metadata.labels, undefined);
  job.strategy?.canonicalize?.(made);
  assert.deepEqual(made.metadata.labels, labels);
});

test("a job without labels shares those of its template, with what is generated", () => {
  const made = jobs.created({ spec: { template: { ...template, metadata: { labels: { a: "b" } } } } });
  assert.equal(made.metadata.labels?.["job-name"], "x");
});

test("a job's defaults depend on one another", () => {
  const spec = (given: JsonObject) => at(jobs.created({ spec: { template, ...given } }), "spec");
  assert.deepEqual([spec({})["completions"], spec({ parallelism: 2 })["completions"]], [1, undefined]);
  assert.deepEqual([spec({})["backoffLimit"], spec({ backoffLimitPerIndex: 1 })["backoffLimit"]], [6, 2147483647]);
  assert.equal(spec({ podFailurePolicy: { rules: [] } })["podReplacementPolicy"], "Failed");
});

test("faults of jobs", () => {
  const indexed = { completionMode: "Indexed", completions: 3 };
  const rule = (policy: JsonObject) => ({ podFailurePolicy: { rules: [{ action: "Ignore", ...policy }] } });
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ managedBy: "Bad" }, ['spec.managedBy: Invalid value: "Bad": must be a domain-prefixed path (such as "acme.io/foo")']],
    [
      { maxFailedIndexes: 1 },
      [
        "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
        "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
      ],
    ],
    [
      { ...indexed, completions: 200_000, parallelism: 20_000, backoffLimitPerIndex: 1 },
      [
        "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
        "spec.parallelism: Invalid value: 20000: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index",
      ],
    ],
    [
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: "0,2", succeededCount: 3 }] } },
      [
        "spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)",
      ],
    ],
    [rule({}), ["spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required"]],
    [
      rule({ action: "FailIndex", onExitCodes: { operator: "In", values: [2, 1, 1] } }),
      [
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
        "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 1",
        "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1,1]: must be ordered",
      ],
    ],
  ];
  for (const [spec, expected] of rows) assert.deepEqual(jobFaults(spec), expected);
});

test("where the pods of a suspended job go may change while there are none", () => {
  const old = jobs.created({ spec: { template, suspend: true } });
  const change = (changes: JsonObject) =>
    jobs.changeFaults(old, (object) => Object.assign(at(object, "spec", "template", "spec"), changes));
  assert.deepEqual(change({ nodeSelector: { a: "b" }, tolerations: [{ operator: "Exists" }] }), []);
  assert.match(change({ hostNetwork: true }).join(), /^spec\.template\.spec: Invalid value: .*field is immutable$/);
  at(old)["status"] = { startTime: "2026-01-01T00:00:00Z" };
  assert.deepEqual(change({ nodeSelector: { a: "b" } }), []);
  at(old)["status"] = { startTime: "2026-01-01T00:00:00Z", active: 1 };
  assert.match(change({ nodeSelector: { a: "b" } }).join(), /^spec\.template: Invalid value: .*field is immutable$/);
});

test("a job's status does not contradict itself", () => {
  const old = jobs.created({ spec: { template } });
  const faults = (status: JsonObject) => jobs.changeFaults(old, (object) => (object["status"] = status), "status");
  assert.deepEqual(faults({ conditions: [{ type: "Complete", status: "True" }] }), [
    "status.completionTime: Required value: completionTime is required for Complete jobs",
    "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
    "status.startTime: Required value: startTime is required for finished job",
  ]);
  const ended = { startTime: "2026-01-01T00:00:00Z", completionTime: "2026-01-01T00:00:00Z" };
  const complete = { ...ended, conditions: ["SuccessCriteriaMet", "Complete"].map((type) => ({ type, status: "True" })) };
  assert.deepEqual(faults({ ...complete, active: 1, terminating: 1, completedIndexes: "0", ready: 2 }), [
    "status.active: Invalid value: 1: active>0 is invalid for finished job",
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
    "status.terminating: Invalid value: 1: terminating>0 is invalid for finished job",
    "status.ready: Invalid value: 2: cannot set more ready pods than active",
  ]);
  at(old)["status"] = { startTime: "2026-01-01T00:00:00Z" };
  assert.deepEqual(faults({}), ["status.startTime: Invalid value: null: field is immutable for unsuspended job once set"]);
  delete at(old)["status"];
  assert.deepEqual(faults({ active: 1, ready: 2 }), ["status.ready: Invalid value: 2: cannot set more ready pods than active"]);
  at(old)["status"] = {
    failed: 2,
    conditions: [
      { type: "Failed", status: "True" },
      { type: "FailureTarget", status: "True" },
    ],
  };
  assert.deepEqual(faults({ failed: 1, conditions: [{ type: "FailureTarget", status: "True" }] }), [
    "status.conditions: Invalid value: cannot disable the terminal Failed=True condition",
    "status.failed: Invalid value: 1: cannot decrease the failed counter",
  ]);
});

test("intervals of indexes overlap where they have an index in common", () => {
  const common = (a: string, b: string) => commonIndex(a, b, 100);
  assert.equal(common("0-3,7", "4-6,8"), undefined);
  assert.equal(common("0-3,7-9", "4-6,8"), 8);
  assert.equal(common("x,0-3,1000", "2,y"), 2);
  assert.equal(common("", "0"), undefined);
});

test("faults of cron jobs", () => {
  const faults = (spec: JsonObject, name = "x") =>
    cronJobs.faults({ metadata: { name }, spec: { schedule: "@daily", jobTemplate: { spec: { template } }, ...spec } });
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({}, "n".repeat(53)), [`metadata.name: Invalid value: "${"n".repeat(53)}": must be no more than 52 characters`]);
  assert.deepEqual(faults({ timeZone: "local" }), [
    'spec.timeZone: Invalid value: "local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    'spec.timeZone: Invalid value: "local": unknown time zone local',
  ]);
  assert.deepEqual(faults({ timeZone: "US/Eastern" }), []);
  assert.deepEqual(faults({ schedule: "TZ=UTC @daily" }), [
    'spec.schedule: Invalid value: "TZ=UTC @daily": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ]);
  assert.deepEqual(faults({ jobTemplate: { spec: { template, manualSelector: true, selector: {} } } }), [
    "spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated",
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ]);
});

test("a schedule's own zone, where there was one, is warned of at every update", () => {
  const made = cronJobs.created({ spec: { schedule: "TZ=UTC @daily", jobTemplate: { spec: { template } } } });
  assert.deepEqual(
    cronJobs.changeFaults(made, () => {}),
    [],
  );
  const [text = ""] = cronJob.strategy?.warnings?.(made, made, trialContext) ?? [];
  assert.match(text, /^cannot use TZ or CRON_TZ in spec\.spec\.schedule, use timeZone instead, see https:/);
});

test("columns of jobs", () => {
  const now = Date.parse("2026-01-01T01:00:00Z");
  const made = jobs.created({ spec: { template, parallelism: 3 }, status: { succeeded: 1, startTime: "2026-01-01T00:00:00Z" } });
  const cells = ["Status", "Completions", "Duration"].map((name) => jobCells[name]?.(made, now));
  assert.deepEqual(cells, ["Running", "1/1 of 3", "60m"]);
});

test("a job with more indexes than are kept well is warned of, also in a cron job", () => {
  const spec = { template, completionMode: "Indexed", completions: 100_001, parallelism: 10_001 };
  const made = jobs.created({ spec });
  const warn = (old?: number) =>
    job.strategy?.warnings?.(
      made,
      old === undefined ? undefined : { ...made, metadata: { ...made.metadata, generation: old } },
      trialContext,
    );
  assert.match(warn()?.join() ?? "", /^spec: In Indexed Jobs with a number of completions higher than 10\^5 /);
  made.metadata.generation = 2;
  assert.deepEqual([warn(1)?.length, warn(2)?.length], [1, 0]);
  const cron = cronJobs.created({ spec: { schedule: "@daily", jobTemplate: { spec } } });
  assert.match(cronJob.strategy?.warnings?.(cron, undefined, trialContext).join() ?? "", /^spec\.jobTemplate\.spec: In Indexed Jobs /);
});

test("a delete that says nothing of the pods is warned of", () => {
  const warn = job.strategy?.deleteWarnings;
  assert.equal(warn?.({ propagationPolicy: undefined, orphanDependents: undefined }).length, 1);
  assert.equal(warn?.({ propagationPolicy: "Background", orphanDependents: undefined }).length, 0);
});
