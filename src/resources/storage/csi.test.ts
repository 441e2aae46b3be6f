import assert from "node:assert/strict";
import { test } from "node:test";
import { storageClass } from "./storage-class.ts";
import type { JsonObject } from "../../object/json.ts";
import { at, trialContext, trialOf } from "../kind-trial.test-support.ts";
import { csiDriver } from "./csi-driver.ts";
import { csiNode } from "./csi-node.ts";
import { volumeAttachment } from "./volume-attachment.ts";

const drivers = trialOf(csiDriver, "storage.k8s.io/v1", "CSIDriver");
const nodes = trialOf(csiNode, "storage.k8s.io/v1", "CSINode");
const attachments = trialOf(volumeAttachment, "storage.k8s.io/v1", "VolumeAttachment");

test("a driver is asked to attach persistent volumes unless it says otherwise", () => {
  assert.deepEqual(at(drivers.created({}), "spec"), {
    attachRequired: true,
    fsGroupPolicy: "ReadWriteOnceWithFSType",
    podInfoOnMount: false,
    requiresRepublish: false,
    seLinuxMount: false,
    storageCapacity: false,
    volumeLifecycleModes: ["Persistent"],
  });
});

test("faults of drivers", () => {
  const token = { audience: "a", expirationSeconds: 599 };
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [
      { tokenRequests: [token, token] },
      [
        "spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes",
        'spec.tokenRequests[1].audience: Duplicate value: "a"',
      ],
    ],
    [
      { volumeLifecycleModes: ["Persistent", "x"] },
      ['spec.volumeLifecycleModes: Unsupported value: "x": supported values: "Persistent", "Ephemeral"'],
    ],
    [
      { serviceAccountTokenInSecrets: true },
      ["spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified"],
    ],
  ];
  for (const [spec, wanted] of rows) assert.deepEqual(drivers.faults({ spec }), wanted, JSON.stringify(spec));
  const faults = drivers.changeFaults(drivers.created({}), (object) => (at(object, "spec")["attachRequired"] = false));
  assert.deepEqual(faults, ["spec.attachedRequired: Invalid value: false: field is immutable"]);
});

test("a driver that could leak tokens is warned of", () => {
  const warn = (spec: JsonObject): number =>
    csiDriver.strategy?.warnings?.(drivers.created({ spec }), undefined, trialContext).length ?? -1;
  assert.deepEqual([warn({}), warn({ tokenRequests: [{ audience: "" }] })], [0, 1]);
});

test("the entry of a driver on a node changes only in what it can take", () => {
  const driver = { name: "a.b", nodeID: "n", topologyKeys: ["k"], allocatable: { count: 1 } };
  const old = nodes.created({ spec: { drivers: [driver] } });
  const change = (changed: JsonObject): string[] =>
    nodes.changeFaults(old, (object) => (object["spec"] = { drivers: [{ ...driver, ...changed }] }));
  assert.deepEqual(change({ allocatable: { count: 2 } }), []);
  assert.deepEqual(change({ nodeID: "m" }), [
    'spec.drivers: Invalid value: {"Name":"a.b","NodeID":"m","TopologyKeys":["k"],"Allocatable":null}: field is immutable',
  ]);
  assert.deepEqual(nodes.faults({ spec: { drivers: [driver, { ...driver, topologyKeys: ["k", "k"] }] } }), [
    'spec.drivers[1].name: Duplicate value: "a.b"',
    'spec.drivers[1]: Duplicate value: "k"',
  ]);
});

test("faults of attachments", () => {
  const spec = { attacher: "a.b", nodeName: "n", source: { persistentVolumeName: "p" } };
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ source: {} }, ["spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName"]],
    [
      { source: { persistentVolumeName: "p", inlineVolumeSpec: {} } },
      ["spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName"],
    ],
    [{ source: { inlineVolumeSpec: { accessModes: ["ReadWriteOnce"], csi: { driver: "a.b", volumeHandle: "h" } } } }, []],
    [
      {
        source: {
          inlineVolumeSpec: {
            accessModes: ["ReadWriteOnce"],
            csi: { driver: "a.b", volumeHandle: "h" },
            storageClassName: "c",
            persistentVolumeReclaimPolicy: "Delete",
          },
        },
      },
      [
        "spec.source.inlineVolumeSpec.persistentVolumeReclaimPolicy: Forbidden: may only be Retain in the context of inline volumes",
        "spec.source.inlineVolumeSpec.storageClassName: Forbidden: may not be specified in the context of inline volumes",
      ],
    ],
  ];
  for (const [changed, wanted] of rows)
    assert.deepEqual(attachments.faults({ spec: { ...spec, ...changed } }), wanted, JSON.stringify(changed));
  const old = attachments.created({ spec });
  assert.deepEqual(
    attachments.changeFaults(old, (object) => (at(object, "spec")["nodeName"] = "m")),
    [
      'spec: Invalid value: {"Attacher":"a.b","Source":{"PersistentVolumeName":"p","InlineVolumeSpec":null},"NodeName":"m"}: field is immutable',
    ],
  );
  const long = { attachError: { message: "m".repeat(1025) } };
  assert.deepEqual(
    attachments.changeFaults(old, (object) => (object["status"] = long), "status"),
    ["status.attachError.message: Too long: may not be more than 262144 bytes"],
  );
});

test("terms of topologies are alike by what they say, and each likeness is told", () => {
  const term = (...expressions: readonly [string, readonly string[]][]): JsonObject => ({
    matchLabelExpressions: expressions.map(([key, values]) => ({ key, values: [...values] })),
  });
  const storageClasses = trialOf(storageClass, "storage.k8s.io/v1", "StorageClass");
  const faults = (...allowedTopologies: JsonObject[]): string[] => storageClasses.faults({ provisioner: "a", allowedTopologies });
  const alike = (index: number): string => `allowedTopologies[${index}].matchLabelExpressions: Duplicate value: ""`;
  const [a, b] = [term(["a", ["x", "y"]], ["b", ["z"]]), term(["b", ["z"]], ["a", ["y", "x"]])];
  assert.deepEqual(
    faults(a, b, a).filter((one) => one.startsWith("allowed")),
    [alike(1), alike(2), alike(2)],
  );
  assert.deepEqual(faults({}, term(["a", ["x"]])), [alike(0), alike(0)]);
});

test("a short list of topologies cannot ask for more faults than memory holds", () => {
  const storageClasses = trialOf(storageClass, "storage.k8s.io/v1", "StorageClass");
  const allowedTopologies = Array.from({ length: 20_000 }, () => ({}));
  assert.equal(storageClasses.faults({ provisioner: "a", allowedTopologies }).length, 1000);
});
