import assert from "node:assert/strict";
import { test } from "node:test";
import { dataDirectory } from "../../config/data-files.ts";
import { isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import { scalarPaths, setAtPath, type SchemaPath } from "../../resources/pod-spec/schema-samples.test-support.ts";
import { containerLists } from "../../resources/pod-spec/scope.ts";
import { loadTypes } from "../../schema/load.ts";
import type { ObjectSchema } from "../../schema/schema.ts";
import { podLike } from "../pod-templates.ts";
import { attributesFor, podOf, refusalOf, viewOf } from "../test-attributes.ts";
import { alwaysPullImages } from "./always-pull-images.ts";
import { extendedResourceToleration } from "./extended-resource-toleration.ts";
import { reviewSpec } from "./image-policy-webhook.ts";
import { limitRanger } from "./limit-ranger.ts";
import { nodeRestriction } from "./node-restriction.ts";
import { reasonsText, violations } from "./pod-security/evaluate.ts";
import { LATEST } from "./pod-security/policy.ts";
import { KNOWN_VOLUMES } from "./pod-security/restricted-checks.ts";
import { podUsage } from "./resource-quota/pod-usage.ts";
import { serviceAccount } from "./service-account.ts";

// Every field by which a pod refers to something, or is given power, is named here by hand: a field that is new in the
// schema fails these tests until somebody decides what the plugins say of it.

const types = loadTypes(dataDirectory());
const spec = types.schemaFor("io.k8s.api.core.v1.PodSpec") as ObjectSchema;
const paths = scalarPaths(spec).map(({ path }) => path.join("."));

/** What plugins say of a reference: to a mirror pod, under an account that enforces mountable secrets, and to a node's pod. */
interface Said {
  readonly mirror?: string;
  readonly mountable?: RegExp;
  readonly node?: string;
}

const SECRET: Said = { mirror: "a mirror pod may not reference secrets", node: "secrets" };
const CONFIG_MAP: Said = { node: "configmaps" };
const CLAIM: Said = { node: "resourceclaims" };

const OF_PODS: Readonly<Record<string, Said>> = {
  "imagePullSecrets.[].name": { ...SECRET, mountable: /^imagePullSecrets\[0\]\.name="no"/ },
  "serviceAccountName": { mirror: "a mirror pod may not reference service accounts", node: "a service account" },
  "serviceAccount": {},
  "priorityClassName": {},
  "runtimeClassName": {},
  "resourceClaims.[].name": CLAIM,
  "resourceClaims.[].resourceClaimName": CLAIM,
  "resourceClaims.[].resourceClaimTemplateName": CLAIM,
  "resources.claims.[].name": {},
  "volumes.[].secret.secretName": { ...SECRET, mountable: /^volume with secret\.secretName="no"/ },
  "volumes.[].configMap.name": CONFIG_MAP,
  "volumes.[].persistentVolumeClaim.claimName": { node: "persistentvolumeclaims" },
  "volumes.[].projected.sources.[].secret.name": SECRET,
  "volumes.[].projected.sources.[].configMap.name": CONFIG_MAP,
  "volumes.[].projected.sources.[].clusterTrustBundle.name": { node: "clustertrustbundles" },
  "volumes.[].projected.sources.[].clusterTrustBundle.signerName": { node: "clustertrustbundles" },
  "volumes.[].projected.sources.[].podCertificate.signerName": {},
  "volumes.[].ephemeral.volumeClaimTemplate.spec.storageClassName": {},
  "volumes.[].ephemeral.volumeClaimTemplate.spec.volumeAttributesClassName": {},
  "volumes.[].ephemeral.volumeClaimTemplate.spec.volumeName": {},
  "volumes.[].ephemeral.volumeClaimTemplate.spec.dataSource.name": {},
  "volumes.[].ephemeral.volumeClaimTemplate.spec.dataSourceRef.name": {},
  "volumes.[].azureFile.secretName": SECRET,
  ...Object.fromEntries(
    ["cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"].map((type) => [`volumes.[].${type}.secretRef.name`, SECRET]),
  ),
  "volumes.[].csi.nodePublishSecretRef.name": SECRET,
};

const OF_CONTAINERS: Readonly<Record<string, Said>> = {
  "env.[].valueFrom.secretKeyRef.name": { ...SECRET, mountable: /container .* with envVar .* referencing secret\.secretName="no"/ },
  "env.[].valueFrom.configMapKeyRef.name": CONFIG_MAP,
  "envFrom.[].secretRef.name": { ...SECRET, mountable: /container .* with envFrom referencing secret\.secretName="no"/ },
  "envFrom.[].configMapRef.name": CONFIG_MAP,
  "resources.claims.[].name": {},
};

const REFERENCES = new Map([
  ...Object.entries(OF_PODS),
  ...containerLists.flatMap((list) => Object.entries(OF_CONTAINERS).map(([path, said]) => [`${list}.[].${path}`, said] as const)),
]);

test("every reference that the schema of a pod knows has been thought of", () => {
  const refers = /(secret|configMap|claim|serviceAccount|trustBundle|className|signer)/i;
  const inMetadata = /volumeClaimTemplate\.metadata/;
  const found = paths.filter((path) => refers.test(path) && /name$|^serviceAccount$/i.test(path) && !inMetadata.test(path));
  assert.deepEqual(found.sort(), [...REFERENCES.keys()].sort());
});

const ACCOUNTS = {
  serviceaccounts: [
    {
      metadata: { namespace: "ns", name: "strict", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } },
      secrets: [{ name: "ok" }],
    },
  ],
};
const plugin = serviceAccount(viewOf(ACCOUNTS), (size) => Buffer.alloc(size));

function at(path: string, value: JsonValue, base: JsonObject = {}): JsonObject {
  const made = structuredClone(base);
  setAtPath(made, path.split(".") as SchemaPath, value);
  return made;
}

for (const [path, said] of REFERENCES) {
  test(`a mirror pod with ${path} is ${said.mirror === undefined ? "let in" : "refused"}`, async () => {
    const pod = podOf(at(path, "no"), { annotations: { "kubernetes.io/config.mirror": "h" } });
    assert.equal(await refusalOf(plugin, attributesFor(pod)), said.mirror);
  });

  test(`under mountable secrets ${path} is ${said.mountable === undefined ? "let in" : "refused"}`, async () => {
    const pod = podOf(at(path, "no", { serviceAccountName: "strict" }));
    if (path.startsWith("serviceAccount")) return;
    const ephemeral = path.startsWith("ephemeralContainers");
    const attributes = attributesFor(
      pod,
      ephemeral ? { operation: "UPDATE", subresource: "ephemeralcontainers", oldObject: podOf({}) } : {},
    );
    const refusal = await refusalOf(plugin, attributes);
    if (said.mountable === undefined) assert.equal(refusal, undefined);
    else assert.match(refusal ?? "", said.mountable);
    if (ephemeral && refusal !== undefined) assert.match(refusal, /^ephemeral container/);
  });
}

const NODE = { name: "system:node:n", groups: ["system:nodes"] };
const restriction = nodeRestriction(viewOf({ nodes: [{ metadata: { name: "n", uid: "u" } }] }), async () => ({
  decision: "deny",
  reason: "",
}));

for (const [path, said] of REFERENCES) {
  test(`a node's pod with ${path} is ${said.node === undefined ? "let in" : "refused"}`, async () => {
    const ownerReferences = [{ apiVersion: "v1", kind: "Node", name: "n", uid: "u", controller: true }];
    const pod = podOf(at(path, "no", { nodeName: "n" }), { annotations: { "kubernetes.io/config.mirror": "h" }, ownerReferences });
    const told = said.node === undefined ? undefined : `node "n" can not create pods that reference ${said.node}`;
    assert.equal(await refusalOf(restriction, attributesFor(pod, { user: NODE })), told);
  });
}

/** Which plugins count an amount: limits of pods, limits of containers, quotas, and tolerations for resources of others. */
type Counts = readonly ("pod" | "container" | "quota" | "toleration")[];

const OF_LIST: Counts = ["pod", "container", "quota"];
const AMOUNTS: Readonly<Record<string, Counts>> = {
  "containers.[].resources.limits": OF_LIST,
  "containers.[].resources.requests": [...OF_LIST, "toleration"],
  "initContainers.[].resources.limits": OF_LIST,
  "initContainers.[].resources.requests": [...OF_LIST, "toleration"],
  // These may have no resources of their own.
  "ephemeralContainers.[].resources.limits": [],
  "ephemeralContainers.[].resources.requests": [],
  "resources.limits": ["pod", "quota"],
  "resources.requests": ["pod", "quota"],
  "overhead": ["quota"],
  // Claims are charged when they are made.
  "volumes.[].ephemeral.volumeClaimTemplate.spec.resources.limits": [],
  "volumes.[].ephemeral.volumeClaimTemplate.spec.resources.requests": [],
};

test("every amount that the schema of a pod knows is counted by whom it concerns", async () => {
  const known = paths.filter((path) => /(limits|requests|overhead)\.\{\}$/.test(path)).map((path) => path.replace(/\.\{\}$/, ""));
  assert.deepEqual(known.sort(), Object.keys(AMOUNTS).sort());
  for (const [path, counts] of Object.entries(AMOUNTS)) {
    const [list, word, bound] = path.endsWith("limits")
      ? (["limits", "limit", { max: { cpu: "1" } }] as const)
      : (["requests", "request", { min: { cpu: "3" } }] as const);
    const pod = () => podOf(at(path, { "cpu": "2", "vendor.example/gpu": "1" }));
    const found: string[] = [];
    for (const type of ["Pod", "Container"]) {
      const range = { metadata: { name: "l", namespace: "ns" }, spec: { limits: [{ type, ...bound }] } };
      const refusal = await refusalOf(limitRanger(viewOf({ limitranges: [range] })), attributesFor(pod()));
      if (refusal?.endsWith(`but ${word} is 2`)) found.push(type.toLowerCase());
    }
    if (podUsage.usage(pod()).has(`${list}.cpu`)) found.push("quota");
    const tolerated = pod();
    await refusalOf(extendedResourceToleration, attributesFor(tolerated));
    if (isObject(tolerated["spec"]) && "tolerations" in tolerated["spec"]) found.push("toleration");
    assert.deepEqual(found, counts, path);
  }
});

test("every image that a container runs is reviewed, through the door by which it comes", () => {
  const images = paths.filter((path) => path.endsWith("ontainers.[].image"));
  assert.deepEqual(images, ["initContainers.[].image", "containers.[].image", "ephemeralContainers.[].image"]);
  for (const path of images) {
    const door = path.startsWith("ephemeral") ? "ephemeralcontainers" : "";
    const review = (subresource: string) => reviewSpec(attributesFor(podOf(at(path, "bad")), { subresource }))["containers"];
    assert.deepEqual(review(door), [{ image: "bad" }], path);
  }
});

test("a mirror pod gets no projected token", async () => {
  const pod = podOf(at("volumes.[].projected.sources.[].serviceAccountToken.path", "token"), {
    annotations: { "kubernetes.io/config.mirror": "h" },
  });
  assert.equal(await refusalOf(plugin, attributesFor(pod)), "a mirror pod may not use ServiceAccountToken volume projections");
});

test("whatever is pulled is pulled anew", async () => {
  const policies = paths.filter((path) => /pullPolicy$/i.test(path));
  assert.equal(policies.length, containerLists.length + 1);
  for (const path of policies) {
    const pod = podOf(at(path, "Never"));
    assert.equal(await refusalOf(alwaysPullImages, attributesFor(pod)), undefined);
    assert.deepEqual(pod["spec"], at(path, "Always"), path);
  }
});

/** A value of a container's securityContext, and what it violates at the levels; "" nothing. */
type Power = readonly [value: JsonValue, baseline: string, restricted: string];

const CONTAINER_POWERS: Readonly<Record<string, Power>> = {
  "allowPrivilegeEscalation": [true, "", "allowPrivilegeEscalation != false"],
  "appArmorProfile.localhostProfile": ["x", "forbidden AppArmor profile", "forbidden AppArmor profile"],
  "appArmorProfile.type": ["Unconfined", "forbidden AppArmor profile", "forbidden AppArmor profile"],
  "capabilities.add.[]": ["SYS_ADMIN", "non-default capabilities", "unrestricted capabilities"],
  "capabilities.drop.[]": ["CHOWN", "", "unrestricted capabilities"],
  "privileged": [true, "privileged", "privileged"],
  "procMount": ["Unmasked", "procMount", "procMount"],
  "readOnlyRootFilesystem": [false, "", ""],
  "runAsGroup": [0, "", ""],
  "runAsNonRoot": [false, "", "runAsNonRoot != true"],
  "runAsUser": [0, "", "runAsUser=0"],
  "seLinuxOptions.level": ["s0", "", ""],
  "seLinuxOptions.role": ["r", "seLinuxOptions", "seLinuxOptions"],
  "seLinuxOptions.type": ["t", "seLinuxOptions", "seLinuxOptions"],
  "seLinuxOptions.user": ["u", "seLinuxOptions", "seLinuxOptions"],
  "seccompProfile.localhostProfile": ["x", "", ""],
  "seccompProfile.type": ["Unconfined", "seccompProfile", "seccompProfile"],
  "windowsOptions.gmsaCredentialSpec": ["x", "", ""],
  "windowsOptions.gmsaCredentialSpecName": ["x", "", ""],
  "windowsOptions.hostProcess": [true, "hostProcess", "hostProcess"],
  "windowsOptions.runAsUserName": ["x", "", ""],
};

const POD_POWERS: Readonly<Record<string, Power>> = {
  ...Object.fromEntries(Object.entries(CONTAINER_POWERS).filter(([path]) => /^(appArmor|runAs|seLinux|seccomp|windowsOptions)/.test(path))),
  // Here nothing beside it says what profile it is.
  "seccompProfile.localhostProfile": ["x", "seccompProfile", "seccompProfile"],
  "fsGroup": [0, "", ""],
  "fsGroupChangePolicy": ["Always", "", ""],
  "seLinuxChangePolicy": ["Recursive", "", ""],
  "supplementalGroups.[]": [0, "", ""],
  "supplementalGroupsPolicy": ["Merge", "", ""],
  "sysctls.[].name": ["kernel.msgmax", "forbidden sysctls", "forbidden sysctls"],
  "sysctls.[].value": ["1", "forbidden sysctls", "forbidden sysctls"],
};

const SAFE: JsonObject = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

test("every field of a security context has been judged", () => {
  const below = (prefix: string): string[] => paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  for (const list of containerLists)
    assert.deepEqual(below(`${list}.[].securityContext.`).sort(), Object.keys(CONTAINER_POWERS).sort(), list);
  assert.deepEqual(below("securityContext.").sort(), Object.keys(POD_POWERS).sort());
});

for (const [level, index] of [
  ["baseline", 1],
  ["restricted", 2],
] as const) {
  test(`the level ${level} says of every field, in every list of containers and of the pod, what it should`, () => {
    for (const list of containerLists)
      for (const [path, power] of Object.entries(CONTAINER_POWERS)) {
        const container = { name: "c", securityContext: at(path, power[0], SAFE) };
        const found = violations(podLike(podOf({ [list]: [container] })), { level, minor: LATEST });
        assert.equal(reasonsText(found), power[index], `${list} ${path}`);
        if (found.length > 0) assert.match(found[0]?.detail ?? "", /"c"/, `${list} ${path}`);
      }
    for (const [path, power] of Object.entries(POD_POWERS)) {
      const { capabilities, allowPrivilegeEscalation } = SAFE;
      const container = {
        name: "c",
        securityContext: { capabilities, allowPrivilegeEscalation, runAsNonRoot: true, seccompProfile: SAFE["seccompProfile"] },
      };
      const pod = podOf({ securityContext: at(path, power[0]), containers: [container] } as JsonObject);
      assert.equal(reasonsText(violations(podLike(pod), { level, minor: LATEST })), power[index], path);
    }
  });
}

test("every way to reach the host beside a security context is refused in every list", () => {
  const baseline = (podSpec: JsonObject): string => reasonsText(violations(podLike(podOf(podSpec)), { level: "baseline", minor: LATEST }));
  for (const field of ["hostNetwork", "hostPID", "hostIPC"]) assert.equal(baseline({ [field]: true }), "host namespaces");
  assert.deepEqual([...spec.fields.keys()].filter((name) => name.startsWith("host")).sort(), [
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostUsers",
    "hostname",
    "hostnameOverride",
  ]);
  for (const list of containerLists) {
    assert.equal(baseline(at(`${list}.[].ports.[].hostPort`, 80)), "hostPort");
    const hosts = paths.filter((path) => path.startsWith(`${list}.[].`) && path.endsWith(".host"));
    assert.equal(hosts.length, 10, list);
    for (const path of hosts) assert.equal(baseline(at(path, "10.0.0.1")), "probe or lifecycle host", path);
  }
});

test("every kind of volume is known to the level restricted", () => {
  const volume = spec.fields.get("volumes")?.schema;
  assert.ok(volume?.type === "list" && volume.items.type === "object");
  const sources = [...volume.items.fields.keys()].filter((name) => name !== "name");
  assert.deepEqual(sources.sort(), [...KNOWN_VOLUMES].sort());
  for (const source of sources) {
    const pod = podOf({ volumes: [{ name: "v", [source]: {} }] });
    const found = violations(podLike(pod), { level: "restricted", minor: LATEST });
    const safe = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];
    assert.equal(found.length, safe.includes(source) ? 0 : 1, source);
  }
});
