import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { recordOf, storedValue } from "../../storage/cache/record.ts";
import type { AuthorizationAttributes } from "../authorizer.ts";
import { GraphLoader, NodeGraph } from "./node-graph.ts";
import { nodeMode } from "./node.ts";
import { question } from "../test-question.ts";

const POD: JsonObject = {
  nodeName: "n",
  serviceAccountName: "robot",
  imagePullSecrets: [{ name: "pull" }],
  initContainers: [{ name: "i", envFrom: [{ secretRef: { name: "init" } }] }],
  containers: [{ name: "c", env: [{ name: "E", valueFrom: { configMapKeyRef: { name: "env", key: "k" } } }] }],
  volumes: [
    { name: "a", secret: { secretName: "mounted" } },
    { name: "b", projected: { sources: [{ secret: { name: "projected" } }, { configMap: { name: "projected" } }] } },
    { name: "c", persistentVolumeClaim: { claimName: "claim" } },
    { name: "d", ephemeral: { volumeClaimTemplate: {} } },
  ],
  resourceClaims: [{ name: "r", resourceClaimName: "device" }],
};

test("a node may read what its pods refer to, until the last of them is gone", () => {
  const graph = new NodeGraph();
  const [one, two] = [pod("p", POD), pod("q", { nodeName: "n", imagePullSecrets: [{ name: "pull" }] })];
  graph.change("Pod", one, undefined);
  graph.change("Pod", two, undefined);
  const related: [Parameters<NodeGraph["isRelated"]>[1], string][] = [
    ["Pod", "p"],
    ["ServiceAccount", "robot"],
    ["Secret", "pull"],
    ["Secret", "init"],
    ["Secret", "mounted"],
    ["Secret", "projected"],
    ["ConfigMap", "env"],
    ["ConfigMap", "projected"],
    ["PersistentVolumeClaim", "claim"],
    ["PersistentVolumeClaim", "p-d"],
    ["ResourceClaim", "device"],
  ];
  for (const [kind, name] of related) {
    assert.ok(graph.isRelated("n", kind, "ns", name), `${kind} ${name}`);
    assert.ok(!graph.isRelated("other", kind, "ns", name), `${kind} ${name} of another node`);
    assert.ok(!graph.isRelated("n", kind, "other", name), `${kind} ${name} of another namespace`);
  }
  graph.change("Pod", undefined, one);
  for (const [kind, name] of related) assert.equal(graph.isRelated("n", kind, "ns", name), name === "pull", `${kind} ${name}`);
  graph.change("Pod", undefined, two);
  assert.ok(!graph.isRelated("n", "Secret", "ns", "pull"));
});

test("a mirror pod gives its node nothing but itself", () => {
  const graph = new NodeGraph();
  const mirror = pod("p", POD);
  mirror.metadata.annotations = { "kubernetes.io/config.mirror": "x" };
  graph.change("Pod", mirror, undefined);
  assert.ok(graph.isRelated("n", "Pod", "ns", "p"));
  assert.ok(!graph.isRelated("n", "Secret", "ns", "mounted"));
});

test("a volume and the secrets that mounting it takes are reached through its claim", () => {
  const graph = new NodeGraph();
  const volume: KubeObject = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pv" },
    spec: {
      claimRef: { namespace: "ns", name: "claim" },
      csi: {
        driver: "d",
        nodePublishSecretRef: { namespace: "csi", name: "publish" },
        controllerPublishSecretRef: { namespace: "csi", name: "controller" },
      },
    },
  };
  graph.change("PersistentVolume", volume, undefined);
  assert.ok(!graph.isRelated("n", "PersistentVolume", "", "pv"));
  graph.change("Pod", pod("p", POD), undefined);
  assert.ok(graph.isRelated("n", "PersistentVolume", "", "pv"));
  assert.ok(graph.isRelated("n", "Secret", "csi", "publish"));
  assert.ok(!graph.isRelated("n", "Secret", "csi", "controller"));
  graph.change("PersistentVolume", undefined, volume);
  assert.ok(!graph.isRelated("n", "Secret", "csi", "publish"));
});

test("objects that change while the graph loads are counted once, as they are then", async () => {
  const graph = new NodeGraph();
  const loader = new GraphLoader(graph, "Pod");
  const records = Array.from({ length: 250 }, (_, i) => record(`p${i}`, 1, "n"));
  loader.reset(records);
  loader.changed({ key: "/registry/pods/ns/p249", current: record("p249", 2, "m") });
  loader.changed({ key: "/registry/pods/ns/p0", current: undefined });
  await loader.loaded;
  assert.ok(graph.isRelated("m", "Pod", "ns", "p249"));
  assert.ok(!graph.isRelated("n", "Pod", "ns", "p249"));
  assert.ok(!graph.isRelated("n", "Pod", "ns", "p0"));
  assert.ok(graph.isRelated("n", "Pod", "ns", "p248"));
  loader.reset(records.slice(2, 3));
  await loader.loaded;
  assert.ok(!graph.isRelated("m", "Pod", "ns", "p249"));
  assert.ok(graph.isRelated("n", "Pod", "ns", "p2"));
});

test("kubelets are told what they may not do, and nobody else is judged", async () => {
  const mode = nodeMode({ graph: new NodeGraph(), loadGraph: async () => {}, rules: [] });
  const ask = (asked: Partial<AuthorizationAttributes>, name = "system:node:n", groups = ["system:nodes"]) =>
    mode.authorize(question({ user: { name, groups }, ...asked }));
  const allow = { decision: "allow", reason: "" };
  const no = (reason: string) => ({ decision: "noOpinion", reason });
  assert.deepEqual(await ask({ resource: "secrets", name: "x" }, "system:node:n", []), no(""));
  assert.deepEqual(await ask({ resource: "secrets", name: "x" }, "bob"), no(""));
  assert.deepEqual(await ask({ resource: "secrets" }, "system:node:"), no('unknown node for user "system:node:"'));
  assert.deepEqual(await ask({ resource: "secrets", name: "x" }), no("can only read namespaced object of this type"));
  assert.deepEqual(
    await ask({ resource: "secrets", namespace: "ns", name: "x" }),
    no("no relationship found between node 'n' and this object"),
  );
  assert.deepEqual(await ask({ resource: "nodes", name: "n" }), allow);
  assert.deepEqual(await ask({ resource: "nodes", name: "m" }), no("node 'n' cannot read 'm', only its own Node object"));
  const byNode = { verb: "list", resource: "pods", fieldSelector: "spec.nodeName=n" };
  assert.deepEqual(await ask(byNode), allow);
  for (const fieldSelector of ["", "spec.nodeName=m", "spec.nodeName!=n", "spec.nodeName", "metadata.name=n"])
    assert.deepEqual(
      await ask({ ...byNode, fieldSelector }),
      no("can only list/watch pods with spec.nodeName field selector"),
      fieldSelector,
    );
});

function pod(name: string, spec: JsonObject): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "ns" }, spec };
}

function record(name: string, modRevision: number, nodeName: string) {
  const value = storedValue({ kind: "Pod", apiVersion: "v1", metadata: { name, namespace: "ns" }, spec: { nodeName } });
  return recordOf({ key: `/registry/pods/ns/${name}`, value, modRevision, createRevision: 1, lease: 0 });
}
