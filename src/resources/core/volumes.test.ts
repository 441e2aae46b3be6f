import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import { at, trialOf } from "../kind-trial.test-support.ts";
import { persistentVolumeClaim } from "./persistent-volume-claim.ts";
import { persistentVolume } from "./persistent-volume.ts";

const volumes = trialOf(persistentVolume, "v1", "PersistentVolume");
const claims = trialOf(persistentVolumeClaim, "v1", "PersistentVolumeClaim");

const volume = (spec: JsonObject): JsonObject => ({ spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], ...spec } });
const claim = (spec: JsonObject, rest: JsonObject = {}): JsonObject => ({
  ...rest,
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});

test("a volume has one source, beside which the plugins of nodes pass", () => {
  const table: readonly (readonly [JsonObject, readonly string[]])[] = [
    [{ hostPath: { path: "/a" }, flexVolume: { driver: "a/b" } }, []],
    [{ flexVolume: { driver: "a/b" }, csi: { driver: "d", volumeHandle: "h" } }, ["spec.csi: Forbidden: may not specify more than 1 volume type"]],
    [
      { portworxVolume: {}, azureDisk: { diskName: "a", diskURI: "b", kind: "Shared" } },
      ["spec.portworxVolume.volumeID: Required value", "spec.azureDisk: Forbidden: may not specify more than 1 volume type"],
    ],
    [{ glusterfs: { endpoints: "e", path: "p", endpointsNamespace: "" } }, [
      'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name',
    ]],
    [{ iscsi: { targetPortal: "x".repeat(63), iqn: "iqn", lun: 0, secretRef: {}, initiatorName: "a" } }, [
      `spec.iscsi.targetportal: Invalid value: "${"x".repeat(63)}": Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.`,
      'spec.iscsi.iqn: Invalid value: "iqn": must be valid format',
      "spec.iscsi.secretRef.name: Required value",
      'spec.iscsi.initiatorname: Invalid value: "a": must be valid format',
    ]],
    [
      { hostPath: { path: "//./" }, persistentVolumeReclaimPolicy: "Recycle" },
      ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
    ],
    [
      { hostPath: { path: "/a/.." }, persistentVolumeReclaimPolicy: "Recycle" },
      [
        "spec.hostPath.path: Invalid value: \"/a/..\": must not contain '..'",
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
      ],
    ],
    [
      { hostPath: { path: "/a" }, accessModes: ["ReadWriteOncePod", "x"] },
      ['spec.accessModes: Unsupported value: "x": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"'],
    ],
  ]; // prettier-ignore
  for (const [spec, expected] of table) assert.deepEqual(volumes.faults(volume(spec)), expected, JSON.stringify(spec));
});

test("a change of a volume tells each fault twice, but once that its annotation speaks of options in vain", () => {
  const old = volumes.created(volume({ hostPath: { path: "/a" } }));
  const faults = volumes.changeFaults(old, (object) => {
    at(object, "metadata")["annotations"] = { "volume.beta.kubernetes.io/mount-options": "ro" };
    at(object, "spec")["accessModes"] = [];
  });
  const modes = "spec.accessModes: Required value";
  assert.deepEqual(faults, [
    modes,
    "metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options for this volume type",
    modes,
  ]);
});

test("an affinity's labels get their newer names one by one; nothing else of it changes", () => {
  const zone = "failure-domain.beta.kubernetes.io/zone";
  const affinity = (...keys: string[]): JsonObject => ({
    required: { nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: "Exists" })) }] },
  });
  const old = volumes.created(volume({ hostPath: { path: "/a" }, nodeAffinity: affinity(zone, "beta.kubernetes.io/os", "mine") }));
  const faults = (...keys: string[]) => volumes.changeFaults(old, (object) => (at(object, "spec")["nodeAffinity"] = affinity(...keys)));
  assert.deepEqual(faults("topology.kubernetes.io/zone", "beta.kubernetes.io/os", "mine"), []);
  assert.deepEqual(faults("topology.kubernetes.io/zone", "kubernetes.io/os", "mine"), []);
  for (const keys of [
    ["topology.kubernetes.io/region", "beta.kubernetes.io/os", "mine"],
    [zone, "beta.kubernetes.io/os"],
  ])
    assert.match(faults(...keys).join(), /^nodeAffinity: .*field is immutable, except for updating from beta label to GA$/);
});

test("a claim's older name of a source is dropped only where the newer one is not known", () => {
  const source = { apiGroup: "a.b", kind: "K", name: "n" };
  const made = (spec: JsonObject) => at(claims.created(claim(spec)), "spec");
  assert.equal(made({ dataSource: source })["dataSource"], undefined);
  assert.deepEqual(made({ dataSource: source, dataSourceRef: source })["dataSource"], source);
  assert.deepEqual(claims.faults(claim({ dataSource: source, dataSourceRef: { ...source, name: "m" } })), [
    "spec: Invalid value: {}: must match dataSourceRef",
  ]);
});

test("a claim without a class gets the one that its annotation names, or any", () => {
  const annotation = "volume.beta.kubernetes.io/storage-class";
  const old = claims.created(claim({}, { metadata: { annotations: { [annotation]: "a" } } }));
  const faults = (change: (object: JsonObject) => void) => claims.changeFaults(old, change).map((text) => text.split("\n", 1)[0]);
  assert.deepEqual(
    faults((object) => (at(object, "spec")["storageClassName"] = "a")),
    [],
  );
  assert.match(faults((object) => (at(object, "spec")["storageClassName"] = "b")).join(), /^spec: Forbidden: spec is immutable/);
  assert.deepEqual(
    faults((object) => {
      at(object, "spec")["storageClassName"] = "a";
      at(object, "metadata", "annotations")[annotation] = "c";
    }),
    [`metadata.annotations.${annotation}: Invalid value: "c": field is immutable`],
  ); // prettier-ignore
});

test("a claim leaves the class of attributes that its volume has got for another one only", () => {
  const old = (current: JsonObject) => ({
    ...claims.created(claim({ volumeAttributesClassName: "a", volumeName: "v" })),
    status: { phase: "Bound", ...current },
  });
  const faults = (to: string | null, current: JsonObject) =>
    claims.changeFaults(old(current), (object) => {
      if (to === null) delete at(object, "spec")["volumeAttributesClassName"];
      else at(object, "spec")["volumeAttributesClassName"] = to;
    });
  const got = { currentVolumeAttributesClassName: "a" };
  const refusal = (what: string) => [
    `spec.volumeAttributesClassName: Forbidden: update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`,
  ];
  assert.deepEqual([faults(null, {}), faults("", {}), faults("b", got)], [[], [], []]);
  assert.deepEqual(faults(null, got), refusal("nil"));
  assert.deepEqual(faults("", got), refusal("empty string"));
});

test("of Kubernetes' own resources a claim's status tells of storage alone", () => {
  const old = claims.created(claim({}));
  const faults = (status: JsonObject) => claims.changeFaults(old, (object) => Object.assign(at(object, "status"), status), "status");
  const alone = (list: string, name: string) => `status.${list}: Unsupported value: "${name}": supported values: "storage"`;
  assert.deepEqual(faults({ allocatedResources: { "storage": "1Gi", "a.b/c": "1" } }), []);
  assert.deepEqual(faults({ allocatedResources: { cpu: "-1" } }), [alone("allocatedResources", "cpu")]);
  assert.deepEqual(
    faults({ allocatedResourceStatuses: { "kubernetes.io/x": "y" } }).map((text) => text.replace(/: supported.*Con.*/, "")),
    [alone("allocatedResourceStatuses", "kubernetes.io/x"), 'status.allocatedResourceStatuses: Unsupported value: "kubernetes.io/x"'],
  );
});
