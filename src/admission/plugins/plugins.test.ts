import assert from "node:assert/strict";
import { test } from "node:test";
import { ALLOW, NO_OPINION, type AuthorizationAttributes } from "../../authorization/authorizer.ts";
import type { JsonObject } from "../../object/json.ts";
import { statusError } from "../../object/status.ts";
import type { AdmissionAttributes } from "../admission.ts";
import { attributesFor, podOf, refusalOf, viewOf } from "../test-attributes.ts";
import { alwaysDeny } from "./always.ts";
import { certificateApproval, certificateSigning, clusterTrustBundleAttest } from "./certificate-signers.ts";
import { certificateSubjectRestriction } from "./certificate-subject-restriction.ts";
import { defaultIngressClass } from "./default-class.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { denyServiceExternalIps } from "./deny-service-external-ips.ts";
import { eventRateLimit, readEventLimits } from "./event-rate-limit.ts";
import { extendedResourceToleration } from "./extended-resource-toleration.ts";
import { limitPodHardAntiAffinityTopology } from "./limit-pod-hard-anti-affinity-topology.ts";
import { namespaceAutoProvision, namespaceExists } from "./namespace-exists.ts";
import { nodeDeclaredFeatureValidator } from "./node-declared-feature-validator.ts";
import { ownerReferencesPermissionEnforcement } from "./owner-references-permission-enforcement.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize.ts";
import { podNodeSelector, readNodeSelectors } from "./pod-node-selector.ts";
import { podResizeValidator } from "./pod-resize-validator.ts";
import { podTolerationRestriction } from "./pod-toleration-restriction.ts";
import { podTopologyLabels } from "./pod-topology-labels.ts";
import { requireNetworkPolicy } from "./require-network-policy.ts";
import { runtimeClass } from "./runtime-class.ts";

type Change = Partial<AdmissionAttributes>;

const empty = viewOf({});
const UPDATE = (oldObject: object): Change => ({
  operation: "UPDATE",
  oldObject: oldObject as NonNullable<AdmissionAttributes["oldObject"]>,
});

/** An authorizer that allows what a test names, as "verb resource/subresource name", and notes what it was asked. */
function allowing(...allowed: readonly string[]) {
  const asked: string[] = [];
  const authorize = ({ verb, resource, subresource, name }: AuthorizationAttributes) => {
    const text = `${verb} ${resource}${subresource === "" ? "" : `/${subresource}`} ${name}`;
    asked.push(text);
    return allowed.includes(text) ? ALLOW : NO_OPINION;
  };
  return { asked, authorize };
}

test("AlwaysDeny denies", async () => {
  assert.equal(await refusalOf(alwaysDeny, attributesFor(podOf({}))), "admission control is denying all modifications");
});

test("NamespaceExists and NamespaceAutoProvision see to the namespace", async () => {
  assert.equal(await refusalOf(namespaceExists(empty), attributesFor(podOf({}))), 'namespaces "ns" not found');
  assert.equal(
    await refusalOf(namespaceExists(viewOf({ namespaces: [{ metadata: { name: "ns" } }] })), attributesFor(podOf({}))),
    undefined,
  );
  const made: string[] = [];
  const provision = namespaceAutoProvision(empty, async (name) => made.push(name));
  assert.equal(await refusalOf(provision, attributesFor(podOf({}))), undefined);
  assert.equal(await refusalOf(provision, attributesFor(podOf({}), { dryRun: true })), undefined);
  assert.deepEqual(made, ["ns"]);
  const failing = (reason: string) =>
    namespaceAutoProvision(empty, async () => {
      throw statusError(409, reason, "no");
    });
  assert.equal(await refusalOf(failing("AlreadyExists"), attributesFor(podOf({}))), undefined);
  assert.equal(await refusalOf(failing("Invalid"), attributesFor(podOf({}))), "no");
});

test("LimitPodHardAntiAffinityTopology lets pods keep others off their node only", async () => {
  const pod = (topologyKey: string) =>
    podOf({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] } } });
  assert.equal(await refusalOf(limitPodHardAntiAffinityTopology, attributesFor(pod("kubernetes.io/hostname"))), undefined);
  assert.match((await refusalOf(limitPodHardAntiAffinityTopology, attributesFor(pod("zone")))) ?? "", /has TopologyKey zone but only key/);
});

test("DenyServiceExternalIPs lets only those addresses stay that are there", async () => {
  const service = (...externalIPs: string[]) => ({ metadata: { name: "s" }, spec: { externalIPs } });
  const refused = (now: object, change: Change = {}) =>
    refusalOf(denyServiceExternalIps, attributesFor(now, { resource: { group: "", plural: "services" }, ...change }));
  assert.equal(await refused(service()), undefined);
  assert.equal(await refused(service("1.2.3.4")), "Use of external IPs is denied by admission control");
  assert.equal(await refused(service("1.2.3.4"), UPDATE(service("1.2.3.4", "5.6.7.8"))), undefined);
  assert.equal(
    await refused(service("1.2.3.4", "9.9.9.9"), UPDATE(service("1.2.3.4"))),
    "Use of external IPs is denied by admission control",
  );
});

test("ExtendedResourceToleration tolerates the taints of what a pod asks for, once", async () => {
  const asks = (name: string) => ({ name: "c", resources: { requests: { [name]: "1", cpu: "1" } } });
  const pod = podOf({ containers: [asks("b.com/x"), asks("a.com/y")], initContainers: [asks("b.com/x")], tolerations: [{ key: "t" }] });
  await refusalOf(extendedResourceToleration, attributesFor(pod));
  await refusalOf(extendedResourceToleration, attributesFor(pod));
  assert.deepEqual((pod["spec"] as JsonObject)["tolerations"], [
    { key: "t" },
    { key: "a.com/y", operator: "Exists", effect: "NoSchedule" },
    { key: "b.com/x", operator: "Exists", effect: "NoSchedule" },
  ]);
});

test("DefaultTolerationSeconds waits as long as it is told, where the pod does not say", async () => {
  const pod = podOf({ tolerations: [{ key: "node.kubernetes.io/unreachable", operator: "Exists" }] });
  await refusalOf(defaultTolerationSeconds({ notReady: 7, unreachable: 8 }), attributesFor(pod));
  assert.deepEqual((pod["spec"] as JsonObject)["tolerations"], [
    { key: "node.kubernetes.io/unreachable", operator: "Exists" },
    { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 7 },
  ]);
});

test("DefaultIngressClass takes the newest default, then the first by name", async () => {
  const mark = { "ingressclass.kubernetes.io/is-default-class": "true" };
  const ingressclass = (name: string, creationTimestamp: string) => ({ metadata: { name, creationTimestamp, annotations: mark } });
  const view = viewOf({
    ingressclasses: [
      ingressclass("b", "2026-01-01T00:00:00Z"),
      ingressclass("a", "2026-01-01T00:00:00Z"),
      ingressclass("old", "2025-01-01T00:00:00Z"),
    ],
  });
  const ingress: JsonObject = { metadata: { name: "i" }, spec: {} };
  await refusalOf(defaultIngressClass(view), attributesFor(ingress, { resource: { group: "networking.k8s.io", plural: "ingresses" } }));
  assert.deepEqual(ingress["spec"], { ingressClassName: "a" });
});

test("PersistentVolumeClaimResize lets bound claims grow whose class allows it", async () => {
  const claim = (storage: string, storageClassName: string, phase = "Bound") => ({
    metadata: { name: "c" },
    spec: { storageClassName, resources: { requests: { storage } } },
    status: { phase },
  });
  const view = viewOf({ storageclasses: [{ metadata: { name: "grows" }, allowVolumeExpansion: true }, { metadata: { name: "stays" } }] });
  const refused = (now: object, before: object) =>
    refusalOf(
      persistentVolumeClaimResize(view),
      attributesFor(now, { resource: { group: "", plural: "persistentvolumeclaims" }, ...UPDATE(before) }),
    );
  assert.equal(await refused(claim("2Gi", "grows"), claim("1Gi", "grows")), undefined);
  assert.equal(await refused(claim("1Gi", "stays"), claim("2Gi", "stays")), undefined);
  assert.match((await refused(claim("2Gi", "stays"), claim("1Gi", "stays"))) ?? "", /must support resize$/);
  assert.match((await refused(claim("2Gi", "grows"), claim("1Gi", ""))) ?? "", /must support resize$/);
  assert.equal(
    await refused(claim("2Gi", "grows"), claim("1Gi", "grows", "Pending")),
    "Only bound persistent volume claims can be expanded",
  );
});

test("RuntimeClass: what a template says must be what the class says", async () => {
  const view = viewOf({
    runtimeclasses: [{ metadata: { name: "r" }, overhead: { podFixed: { cpu: "0.1" } }, scheduling: { nodeSelector: { a: "b" } } }],
  });
  const pod = podOf({ runtimeClassName: "r", overhead: { cpu: "100m" } });
  assert.equal(await refusalOf(runtimeClass(view), attributesFor(pod)), undefined);
  assert.deepEqual((pod["spec"] as JsonObject)["nodeSelector"], { a: "b" });
});

const CSR = { group: "certificates.k8s.io", plural: "certificatesigningrequests" };

test("certificates are approved, signed and attested by those who may for the signer or its whole domain", async () => {
  const request = (status: JsonObject = {}) => ({ metadata: { name: "r" }, spec: { signerName: "example.com/s" }, status });
  const change = (subresource: string): Change => ({ subresource, ...UPDATE(request()) });
  const asked = (subresource: string) => attributesFor(request({ certificate: "x" }), { resource: CSR, ...change(subresource) });
  const wide = allowing("approve signers example.com/*", "sign signers example.com/s");
  assert.equal(await refusalOf(certificateApproval(wide.authorize), asked("approval")), undefined);
  assert.equal(await refusalOf(certificateSigning(wide.authorize), asked("status")), undefined);
  assert.deepEqual(wide.asked, ["approve signers example.com/s", "approve signers example.com/*", "sign signers example.com/s"]);
  const none = allowing();
  assert.match(
    (await refusalOf(certificateApproval(none.authorize), asked("approval"))) ?? "",
    /approve requests with signerName "example\.com\/s"$/,
  );
  assert.match((await refusalOf(certificateSigning(none.authorize), asked("status"))) ?? "", /sign requests/);
  const same = attributesFor(request(), { resource: CSR, ...change("status") });
  assert.equal(await refusalOf(certificateSigning(none.authorize), same), undefined);
  const bundle = attributesFor(request(), { resource: { group: "certificates.k8s.io", plural: "clustertrustbundles" } });
  assert.match((await refusalOf(clusterTrustBundleAttest(none.authorize), bundle)) ?? "", /attest/);
});

test("CertificateSubjectRestriction makes nobody an administrator", async () => {
  // A request's subject is all that counts here: SEQUENCE { SEQUENCE { version, subject { SET { SEQUENCE { O, value } } } } }.
  const der = (tag: number, ...parts: Buffer[]): Buffer => Buffer.concat([Buffer.from([tag, Buffer.concat(parts).length]), ...parts]);
  const csr = (organization: string): string => {
    const attribute = der(0x30, der(0x06, Buffer.from([0x55, 0x04, 0x0a])), der(0x0c, Buffer.from(organization)));
    const whole = der(0x30, der(0x30, der(0x02, Buffer.from([0])), der(0x30, der(0x31, attribute))));
    return Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${whole.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`).toString(
      "base64",
    );
  };
  const refused = (organization: string, signerName = "kubernetes.io/kube-apiserver-client") =>
    refusalOf(
      certificateSubjectRestriction,
      attributesFor({ metadata: { name: "r" }, spec: { signerName, request: csr(organization) } }, { resource: CSR }),
    );
  assert.equal(await refused("devs"), undefined);
  assert.equal(await refused("system:masters", "example.com/x"), undefined);
  assert.equal(
    await refused("system:masters"),
    "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
  );
});

test("OwnerReferencesPermissionEnforcement asks for delete, and for finalizers of owners that are held back", async () => {
  const owned = (...owners: JsonObject[]) => ({ metadata: { name: "o", ownerReferences: owners } });
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "u" };
  const find = (_: string, kind: string) =>
    kind === "ReplicaSet" ? ({ definition: { plural: "replicasets", scope: "Namespaced" } } as unknown as never) : undefined;
  const resource = { group: "", plural: "configmaps" };
  const refused = (allowed: string[], now: object, change: Change = {}) => {
    const plugin = ownerReferencesPermissionEnforcement(allowing(...allowed).authorize, find);
    return refusalOf(plugin, attributesFor(now, { resource, ...change }));
  };
  assert.equal(await refused([], owned(owner)), undefined, "who creates it may say who owns it");
  assert.match(
    (await refused([], owned(owner), UPDATE(owned()))) ?? "",
    /^cannot set an ownerRef on a resource you can't delete: , <nil>$/,
  );
  assert.equal(await refused(["delete configmaps x"], owned(owner), UPDATE(owned())), undefined);
  const blocking = { ...owner, blockOwnerDeletion: true };
  assert.match((await refused([], owned(blocking))) ?? "", /you can't set finalizers on: , <nil>$/);
  assert.equal(await refused(["update replicasets/finalizers rs"], owned(blocking)), undefined);
  assert.equal(await refused([], owned(blocking), UPDATE(owned(blocking))), undefined);
  assert.match(
    (await refused([], owned({ ...blocking, kind: "Nope" }))) ?? "",
    /cannot find RESTMapping for APIVersion apps\/v1 Kind Nope: no matches/,
  );
});

test("PodTopologyLabels copies zone and region from the node, over what is there", async () => {
  const labels = { "topology.kubernetes.io/zone": "z", "topology.kubernetes.io/region": "r", "other": "x" };
  const plugin = podTopologyLabels(viewOf({ nodes: [{ metadata: { name: "n", labels } }] }));
  const binding = { metadata: { name: "p" } as JsonObject, target: { kind: "Node", name: "n" } };
  await refusalOf(plugin, attributesFor(binding, { subresource: "binding" }));
  const { other: _, ...copied } = labels;
  assert.deepEqual(binding.metadata["labels"], copied);
  const pod = podOf({ nodeName: "none" }, { labels: { a: "b" } });
  await refusalOf(plugin, attributesFor(pod));
  assert.deepEqual(pod.metadata.labels, { a: "b" });
});

test("PodNodeSelector merges the namespace's labels, and refuses others", async () => {
  const namespaced = (text: string) =>
    viewOf({ namespaces: [{ metadata: { name: "ns", annotations: { "scheduler.alpha.kubernetes.io/node-selector": text } } }] });
  const configured = readNodeSelectors({ podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: "d=1", ns: "a=b,c=d" } });
  const pod = podOf({ nodeSelector: { c: "d" } });
  assert.equal(await refusalOf(podNodeSelector(namespaced("a=b"), configured), attributesFor(pod)), undefined);
  assert.deepEqual((pod["spec"] as JsonObject)["nodeSelector"], { c: "d", a: "b" });
  const refused = (selector: JsonObject, text = "a=b") =>
    refusalOf(podNodeSelector(namespaced(text), configured), attributesFor(podOf({ nodeSelector: selector })));
  assert.match((await refused({ a: "x" })) ?? "", /conflicts with its namespace node label selector$/);
  assert.match((await refused({ e: "f" })) ?? "", /conflict with its namespace whitelist$/);
  assert.match((await refused({}, "a")) ?? "", /^invalid selector/);
  const plain = podOf({});
  await refusalOf(
    podNodeSelector(
      viewOf({ namespaces: [{ metadata: { name: "ns" } }] }),
      new Map([["clusterDefaultNodeSelector", new Map([["d", "1"]])]]),
    ),
    attributesFor(plain),
  );
  assert.deepEqual((plain["spec"] as JsonObject)["nodeSelector"], { d: "1" });
});

test("PodTolerationRestriction gives the namespace's tolerations and allows only its own", async () => {
  const view = (annotations: Record<string, string>) =>
    viewOf({
      namespaces: [
        {
          metadata: {
            name: "ns",
            annotations: Object.fromEntries(
              Object.entries(annotations).map(([key, value]) => [`scheduler.alpha.kubernetes.io/${key}`, value]),
            ),
          },
        },
      ],
    });
  const wide = [{ operator: "Exists" }];
  const given = podOf({
    containers: [{ resources: { requests: { cpu: "1" } } }],
    tolerations: [{ key: "own", operator: "Exists" }],
  } as JsonObject);
  const plugin = podTolerationRestriction(view({ defaultTolerations: '[{"key":"d","operator":"Exists"}]' }), {
    defaults: wide,
    allowed: [],
  });
  assert.equal(await refusalOf(plugin, attributesFor(given)), undefined);
  assert.deepEqual((given["spec"] as JsonObject)["tolerations"], [
    { key: "d", operator: "Exists" },
    { key: "own", operator: "Exists" },
    { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
  ]);
  const strict = podTolerationRestriction(view({ tolerationsWhitelist: '[{"key":"ok","operator":"Exists"}]' }), {
    defaults: [],
    allowed: [],
  });
  const tolerating = (key: string) => attributesFor(podOf({ tolerations: [{ key, operator: "Equal", value: "x" }] }));
  assert.equal(await refusalOf(strict, tolerating("ok")), undefined);
  assert.match((await refusalOf(strict, tolerating("no"))) ?? "", /conflict with its namespace whitelist$/);
  const broken = podTolerationRestriction(view({ defaultTolerations: "{" }), { defaults: [], allowed: [] });
  assert.notEqual(await refusalOf(broken, tolerating("x")), undefined);
});

test("EventRateLimit lets a burst through, then as many as time brings, for each key by itself", async () => {
  let now = 0;
  const plugin = eventRateLimit(readEventLimits({ limits: [{ type: "User", qps: 1, burst: 2, cacheSize: 10 }] }), () => now);
  const write = (name: string, change: Change = {}) =>
    refusalOf(
      plugin,
      attributesFor({ metadata: {} }, { resource: { group: "", plural: "events" }, user: { name, groups: [] }, ...change }),
    );
  assert.deepEqual([await write("a"), await write("a"), await write("b")], [undefined, undefined, undefined]);
  assert.equal(await write("a"), "Too many requests: limit reached on type User for key a");
  assert.equal(await write("a", { dryRun: true }), undefined);
  now = 1000;
  assert.equal(await write("a"), undefined);
  assert.match((await write("a")) ?? "", /^Too many/);
  for (const limits of [[], [{ type: "Nobody", qps: 1, burst: 1 }], [{ type: "Server", burst: 1 }], [{ type: "Server", qps: 1 }]])
    assert.throws(() => readEventLimits({ limits }), /limits/);
});

test("PodResizeValidator holds a pod to what its node has", async () => {
  const node = (os: string) => ({
    metadata: { name: "n", labels: { "kubernetes.io/os": os } },
    status: { allocatable: { cpu: "2", memory: "1Gi" } },
  });
  const pod = (cpu: string, generation: number) =>
    podOf({ nodeName: "n", containers: [{ name: "c", resources: { requests: { cpu } } }] }, { generation });
  const refused = (view: ReturnType<typeof viewOf>, cpu: string) =>
    refusalOf(podResizeValidator(view), attributesFor(pod(cpu, 2), { subresource: "resize", ...UPDATE(pod("1", 1)) }));
  assert.equal(await refused(viewOf({ nodes: [node("linux")] }), "2"), undefined);
  assert.equal(
    await refused(viewOf({ nodes: [node("linux")] }), "3"),
    "Node didn't have enough allocatable resources: cpu, requested: 3000, allocatable: 2000",
  );
  assert.match((await refused(viewOf({ nodes: [node("windows")] }), "1")) ?? "", /only supported on linux nodes/);
  assert.equal(await refused(empty, "1"), 'node "n" not found');
});

test("NodeDeclaredFeatureValidator asks a node for what a change of its pods needs, and for nothing else", async () => {
  const sized = (cpu: string, pod: JsonObject = {}, init = "1") => ({
    nodeName: "n",
    containers: [{ name: "c", resources: { requests: { cpu } } }],
    initContainers: [{ name: "i", resources: { requests: { cpu: init } } }],
    ...pod,
  });
  const refused = (now: JsonObject, declaredFeatures: string[] | undefined, qosClass = "Guaranteed", subresource = "resize") => {
    const nodes = declaredFeatures === undefined ? [] : [{ metadata: { name: "n" }, status: { declaredFeatures } }];
    const before = { ...podOf(sized("1"), { generation: 1 }), status: { qosClass } };
    const plugin = nodeDeclaredFeatureValidator(viewOf({ nodes }));
    return refusalOf(plugin, attributesFor(podOf(now, { generation: 2 }), { subresource, ...UPDATE(before) }));
  };
  const lacking = (features: string) => `pod update requires features ${features} which are not available on node "n"`;
  assert.equal(await refused(sized("2"), []), lacking("GuaranteedQoSPodCPUResize"));
  assert.equal(await refused(sized("2"), ["GuaranteedQoSPodCPUResize"]), undefined);
  assert.equal(await refused(sized("2"), undefined), 'node "n" not found');
  assert.equal(await refused(sized("2"), undefined, "Burstable"), undefined);
  assert.equal(await refused(sized("1"), undefined), undefined);
  const all = sized("2", { resources: { limits: { cpu: "9" } } }, "2");
  const names = "GuaranteedQoSPodCPUResize, InPlacePodLevelResourcesVerticalScaling, InPlacePodVerticalScalingInitContainers";
  assert.equal(await refused(all, []), lacking(names));
  assert.equal(await refused(all, [], "Guaranteed", "status"), undefined);
});

test("RequireNetworkPolicy lets in pods that a policy selects, where the namespace asks for it", async () => {
  const world = (label: string, podSelector: JsonObject) =>
    viewOf({
      namespaces: [{ metadata: { name: "ns", labels: { "binnacle.io/require-network-policy": label } } }],
      networkpolicies: [{ metadata: { name: "p", namespace: "ns" }, spec: { podSelector } }],
    });
  const refused = (view: ReturnType<typeof viewOf>) =>
    refusalOf(requireNetworkPolicy(view), attributesFor(podOf({}, { labels: { app: "web" } })));
  assert.equal(await refused(world("true", { matchLabels: { app: "web" } })), undefined);
  assert.equal(await refused(world("true", {})), undefined);
  assert.match((await refused(world("true", { matchLabels: { app: "db" } }))) ?? "", /none does$/);
  assert.equal(await refused(world("false", { matchLabels: { app: "db" } })), undefined);
});
