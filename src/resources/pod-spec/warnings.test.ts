import assert from "node:assert/strict";
import { test } from "node:test";
import { FieldPath } from "../../object/field-path.ts";
import type { JsonObject } from "../../object/json.ts";
import { podSpecWarnings } from "./warnings.ts";

const template = FieldPath.root.child("template");

function warningsOf(spec: JsonObject, annotations: JsonObject = {}, at = FieldPath.root): string[] {
  return podSpecWarnings(spec, { annotations }, at);
}

const port = (more: JsonObject): JsonObject => ({ containerPort: 80, protocol: "TCP", ...more });

test("ports that are one another's, or may be, are told, and names that stand twice", () => {
  const first = "spec.containers[0].ports[0]";
  const cases: [a: JsonObject, b: JsonObject, ...warnings: string[]][] = [
    [{ hostPort: 80 }, { hostPort: 80 }, "duplicate port definition with"],
    [{ hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80 }, "dangerously ambiguous port definition with"],
    [
      { hostPort: 80, hostIP: "10.0.0.1" },
      { hostPort: 80, hostIP: "10.0.0.2" },
    ],
    [{ hostPort: 80 }, { hostPort: 81 }],
    [{ hostPort: 80 }, {}, "overlapping port definition with"],
    [{}, {}, "duplicate port definition with"],
    [{}, { protocol: "UDP" }],
  ];
  for (const [a, b, ...warnings] of cases) {
    const spec = { containers: [{ name: "c", ports: [port(a), port(b)] }] };
    assert.deepEqual(
      warningsOf(spec),
      warnings.map((text) => `spec.containers[0].ports[1]: ${text} ${first}`),
    );
  }
  const named = {
    initContainers: [{ name: "i", ports: [{ containerPort: 1, name: "web" }] }],
    containers: [{ name: "c", ports: [{ containerPort: 2, name: "web" }] }],
  };
  const other = "spec.initContainers[0].ports[0]";
  assert.deepEqual(warningsOf(named), [
    `${first}: duplicate port name "web" with ${other}, services and probes that select ports by name will use ${other}`,
  ]);
  const [host] = warningsOf({ containers: [{ name: "c", ports: [port({ hostIP: "10.0.0.1" })] }] });
  const shown = "{Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}";
  assert.equal(host, `${first}: hostIP set without hostPort: ${shown}`);
});

test("the search among very many ports ends", () => {
  const ports = Array.from({ length: 20_000 }, () => port({}));
  assert.equal(warningsOf({ containers: [{ name: "c", ports }] }).length, 1000);
  const apart = Array.from({ length: 40_000 }, (_, i) => port({ hostPort: i + 1 }));
  const before = performance.now();
  assert.deepEqual(warningsOf({ containers: [{ name: "c", ports: apart }] }), []);
  // Comparing all of them takes a minute.
  assert.ok(performance.now() - before < 10_000);
});

test("no more is told of files that hide one another than anybody reads", () => {
  const items = Array.from({ length: 500 }, () => ({ key: "k", path: "p" }));
  const volumes = ["a", "b"].map((name) => ({ name, secret: { secretName: "s", items } }));
  assert.equal(warningsOf({ volumes }).length, 1000);
  assert.deepEqual(warningsOf({ volumes: [{ name: "a", configMap: { name: "c", items: items.slice(0, 2) } }] }), [
    'volume "a" (ConfigMap "c"): overlapping paths: "p" with "p"',
  ]);
  const slashes = { key: "k", path: `p${"/".repeat(1_000_000)}q` };
  const before = performance.now();
  assert.deepEqual(warningsOf({ volumes: [{ name: "a", downwardAPI: { items: [slashes, { key: "k", path: "p//" }] } }] }), [
    `volume "a" (DownwardAPI): overlapping paths: "p" with "${slashes.path}"`,
  ]);
  assert.ok(performance.now() - before < 10_000);
});

test("labels of nodes with newer names are told with their key, but for those of nodeSelector, whose place has it", () => {
  const key = "beta.kubernetes.io/arch";
  const message = 'deprecated since v1.14; use "kubernetes.io/arch" instead';
  const terms = [{ matchExpressions: [{ key, operator: "Exists" }] }];
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
  const spread = [{ topologyKey: key, labelSelector: {} }];
  assert.deepEqual(warningsOf({ nodeSelector: { [key]: "x" }, affinity, topologySpreadConstraints: spread }), [
    `spec.nodeSelector[${key}]: ${message}`,
    `spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: ${key} is ${message}`,
    `spec.topologySpreadConstraints[0].topologyKey: ${key} is ${message}`,
  ]);
});

test("pull secrets that stand twice are told before those without a name", () => {
  assert.deepEqual(warningsOf({ imagePullSecrets: [{}, { name: "a" }, { name: "a" }, {}] }), [
    'spec.imagePullSecrets[2].name: duplicate name "a"',
    'spec.imagePullSecrets[3].name: duplicate name ""',
    'spec.imagePullSecrets[0].name: invalid empty name ""',
    'spec.imagePullSecrets[3].name: invalid empty name ""',
  ]);
});

test("what is said of a container stands together: profiles, fractions by resource, variables", () => {
  const amounts = { "memory": "100m", "ephemeral-storage": "200m" };
  const containers = ["a", "b"].map((name) => ({ name, resources: { limits: amounts, requests: amounts } }));
  const annotations = { "container.seccomp.security.alpha.kubernetes.io/b": "unconfined" };
  const of = (i: number): string[] =>
    ["limits[memory]", "requests[memory]", "limits[ephemeral-storage]", "requests[ephemeral-storage]"].map((place) => {
      const shown = place.includes("memory") ? "100m" : "200m";
      return `spec.containers[${i}].resources.${place}: fractional byte value "${shown}" is invalid, must be an integer`;
    });
  const [key] = Object.keys(annotations);
  const profile = `metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`;
  assert.deepEqual(warningsOf({ containers }, annotations), [...of(0), profile, ...of(1)]);
});

test("an annotation of AppArmor is told of templates, whose pods get the field", () => {
  const annotations = { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" };
  const [key] = Object.keys(annotations);
  assert.deepEqual(warningsOf({ containers: [{ name: "c" }] }, annotations), []);
  assert.deepEqual(warningsOf({ containers: [{ name: "c" }] }, annotations, template), [
    `template.metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
  ]);
});

test("claims made for a pod are told of as claims are", () => {
  const claim = { spec: { resources: { requests: { storage: "100m" } } } };
  assert.deepEqual(warningsOf({ volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: claim } }] }), [
    'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer',
  ]);
});
