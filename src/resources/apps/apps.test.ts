import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { controllerRevision } from "./controller-revision.ts";
import { daemonSet } from "./daemon-set.ts";
import { deployment } from "./deployment.ts";
import { replicaSet } from "./replica-set.ts";
import { statefulSet } from "./stateful-set.ts";

const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
const spec = { selector: { matchLabels: { a: "b" } }, template };
const deployments = trialOf(deployment, "apps/v1", "Deployment");
const daemonSets = trialOf(daemonSet, "apps/v1", "DaemonSet");
const statefulSets = trialOf(statefulSet, "apps/v1", "StatefulSet");
const replicaSets = trialOf(replicaSet, "apps/v1", "ReplicaSet");
const revisions = trialOf(controllerRevision, "apps/v1", "ControllerRevision");

test("a deployment rolls by quarters, keeps ten revisions and has ten minutes", () => {
  const { spec: made } = deployments.created({ spec }) as unknown as { spec: JsonObject };
  assert.deepEqual(made["strategy"], { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } });
  assert.deepEqual([made["replicas"], made["revisionHistoryLimit"], made["progressDeadlineSeconds"]], [1, 10, 600]);
  assert.equal(
    at(deployments.created({ spec: { ...spec, strategy: { type: "Recreate" } } }), "spec", "strategy")["rollingUpdate"],
    undefined,
  );
});

const mismatch = "`selector` does not match template `labels`";

test("faults of deployments", () => {
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ selector: { matchLabels: { a: "c" } } }, [`spec.template.metadata.labels: Invalid value: {"a":"b"}: ${mismatch}`]],
    [{ selector: {} }, ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"]],
    [
      { selector: { matchExpressions: [{ operator: "Exists", key: "a", values: ["x"] }] } },
      [
        "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Exists","values":["x"]}]}: invalid label selector',
      ],
    ],
    [
      { strategy: { type: "Recreate", rollingUpdate: {} } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      { strategy: { rollingUpdate: { maxUnavailable: "0%", maxSurge: 0 } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
    ],
    [
      { strategy: { rollingUpdate: { maxUnavailable: "101%", maxSurge: "200%" } } },
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
    ],
    [{ minReadySeconds: 600 }, ["spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"]],
    [
      { template: { ...template, spec: { ...template.spec, restartPolicy: "Never", activeDeadlineSeconds: 1 } } },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
      ],
    ],
  ];
  for (const [change, expected] of rows) assert.deepEqual(deployments.faults({ spec: { ...spec, ...change } }), expected);
});

test("selectors do not change, counts do not contradict one another, collisions do not go back", () => {
  const old = deployments.created({ spec });
  at(old)["status"] = { collisionCount: 3 };
  assert.deepEqual(
    deployments.changeFaults(old, (object) => (at(object, "spec")["selector"] = { matchLabels: {} })),
    ["spec.selector: Invalid value: {}: empty selector is invalid for deployment", "spec.selector: Invalid value: {}: field is immutable"],
  );
  assert.deepEqual(
    deployments.changeFaults(old, (object) => (object["status"] = { replicas: 5, readyReplicas: 1, availableReplicas: 6 }), "status"),
    [
      "status.availableReplicas: Invalid value: 6: cannot be greater than status.replicas",
      "status.availableReplicas: Invalid value: 6: cannot be greater than readyReplicas",
      "status.collisionCount: Invalid value: 0: cannot be decremented",
    ],
  );
});

test("a daemon set counts its templates, whatever its writer says", () => {
  const generation = (object: KubeObject) => object.metadata.annotations?.["deprecated.daemonset.template.generation"];
  const old = daemonSets.created({ spec });
  assert.equal(generation(old), "1");
  const changed = daemonSets.created({ spec: { ...spec, template: { ...template, metadata: { labels: { a: "b", c: "d" } } } } });
  changed.metadata.annotations = { "deprecated.daemonset.template.generation": "77" };
  daemonSet.strategy?.prepareForUpdate?.(changed, old, trialContext);
  assert.equal(generation(changed), "2");
});

test("a daemon set's pods go first or come first", () => {
  const faults = (rollingUpdate: JsonObject) => daemonSets.faults({ spec: { ...spec, updateStrategy: { rollingUpdate } } });
  const place = "spec.updateStrategy.rollingUpdate";
  assert.deepEqual(faults({ maxSurge: 1 }), [`${place}.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero`]);
  assert.deepEqual(faults({ maxUnavailable: 0 }), [`${place}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0`]);
  assert.deepEqual(faults({ maxUnavailable: 0, maxSurge: "10%" }), []);
});

test("a stateful set keeps what its pods are bound to", () => {
  const old = statefulSets.created({ spec });
  const change = (changes: JsonObject) => statefulSets.changeFaults(old, (object) => Object.assign(at(object, "spec"), changes));
  assert.deepEqual(change({ replicas: 5, minReadySeconds: 1, ordinals: { start: 2 } }), []);
  assert.match(change({ serviceName: "Bad_S" }).join(), /^spec: Forbidden: updates to statefulset spec for fields other than/);
});

test("a stateful set's claims are volumes of its pods", () => {
  const claim = (name: string) => ({
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const pods = { ...template, spec: { containers: [{ name: "c", image: "i", volumeMounts: [{ name: "data", mountPath: "/data" }] }] } };
  const faults = (claims: JsonObject[]) => statefulSets.faults({ spec: { ...spec, template: pods, volumeClaimTemplates: claims } });
  assert.deepEqual(faults([claim("data")]), []);
  assert.deepEqual(faults([claim("other")]), ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"']);
});

test("replica sets and revisions", () => {
  assert.deepEqual(replicaSets.faults({ spec: { ...spec, replicas: -1 } }), [
    "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
  ]);
  assert.deepEqual(revisions.faults({ revision: 1 }), ["data: Required value: data is mandatory"]);
  const old = revisions.created({ revision: 1, data: { b: 1, a: 2 } });
  assert.deepEqual(
    revisions.changeFaults(old, (object) => (object["revision"] = 2)),
    [],
  );
  assert.deepEqual(
    revisions.changeFaults(old, (object) => (object["data"] = { b: 2, a: 1 })),
    ['data: Invalid value: {"a":1,"b":2}: field is immutable'],
  );
});

test("the revision to which a deployment goes back is a number", () => {
  const made = (revision: string) => ({ metadata: { annotations: { "deprecated.deployment.rollback.to": revision } }, spec });
  assert.deepEqual(deployments.created(made("+07")).metadata.annotations, { "deprecated.deployment.rollback.to": "7" });
  assert.deepEqual(deployments.faults(made("-1")), ["spec.rollback.version: Invalid value: -1: must be greater than or equal to 0"]);
  const refused =
    'Deployment in version "v1" cannot be handled as a Deployment: failed to parse annotation[deprecated.deployment.rollback.to]=';
  assert.throws(() => deployments.created(made("x")), { message: `${refused}x as int64: strconv.ParseInt: parsing "x": invalid syntax` });
  const large = "9223372036854775808";
  assert.throws(() => deployments.created(made(large)), {
    message: `${refused}${large} as int64: strconv.ParseInt: parsing "${large}": value out of range`,
  });
});

test("fractions of bytes in a stateful set's claims are warned of", () => {
  const resources = { requests: { storage: "1500m" }, limits: { storage: "2500m" } };
  const made = statefulSets.created({ spec: { ...spec, volumeClaimTemplates: [{ metadata: { name: "v" }, spec: { resources } }] } });
  const warned = (at: string) => [
    `${at}.requests[storage]: fractional byte value "1500m" is invalid, must be an integer`,
    `${at}.limits[storage]: fractional byte value "2500m" is invalid, must be an integer`,
  ];
  const warn = statefulSet.strategy?.warnings;
  assert.deepEqual(warn?.(made, undefined, trialContext), warned("spec.volumeClaimTemplates[0].resources"));
  assert.deepEqual(warn?.(made, made, trialContext), warned("spec.volumeClaimTemplates[0].Spec.resources"));
});
