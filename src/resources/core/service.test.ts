import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fieldErrorText } from "../../object/field-error-message.ts";
import { copyJson, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { noteWrittenEmpty } from "../../object/written-empty.ts";
import type { Strategy, StrategyContext } from "../definition.ts";
import { addressChangeFaults } from "./service-addresses.ts";
import { completeServiceUpdate } from "./service-changes.ts";
import { service } from "./service.ts";

const strategy = service.strategy as Strategy;
const context: StrategyContext = {
  now: "2026-01-01T00:00:00Z",
  user: { name: "someone", groups: [] },
  settings: { allowPrivileged: true, nodePortRange: { from: 30000, to: 32767 }, serviceCidrs: [], eventTtlSeconds: 3600 },
  dryRun: false,
};

function serviceOf(spec: JsonObject, metadata: JsonObject = {}): KubeObject {
  const object: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "ns", ...metadata },
    spec,
    status: { loadBalancer: {} },
  };
  service.applyDefaults?.(object, "v1");
  return object;
}

const ports = (...numbers: readonly number[]): JsonObject[] => numbers.map((port) => ({ name: `p${port}`, port }));
const faults = (spec: JsonObject, metadata?: JsonObject): string[] =>
  (strategy.validate?.(serviceOf(spec, metadata), context) ?? []).map(fieldErrorText);

/** A change as the registry makes it, without what it allocates. */
function changed(old: KubeObject, spec: JsonObject): { readonly object: KubeObject; readonly faults: string[] } {
  const object = serviceOf(spec);
  completeServiceUpdate(object, old);
  strategy.prepareForUpdate?.(object, old, context);
  return { object, faults: (strategy.validateUpdate?.(object, old, context) ?? []).map(fieldErrorText) };
}

test("defaults follow the type", () => {
  const cluster = { ports: [{ port: 80, protocol: "TCP", targetPort: 80 }], sessionAffinity: "None", internalTrafficPolicy: "Cluster" };
  const table: readonly (readonly [JsonObject, JsonObject])[] = [
    [{ ports: [{ port: 80 }] }, { ...cluster, type: "ClusterIP" }],
    [
      { ports: [{ port: 80 }], externalIPs: ["8.8.8.8"] },
      { ...cluster, type: "ClusterIP", externalIPs: ["8.8.8.8"], externalTrafficPolicy: "Cluster" },
    ],
    [
      { ports: [{ port: 80 }], type: "NodePort" },
      { ...cluster, type: "NodePort", externalTrafficPolicy: "Cluster" },
    ],
    [
      { ports: [{ port: 80 }], type: "LoadBalancer" },
      { ...cluster, type: "LoadBalancer", externalTrafficPolicy: "Cluster", allocateLoadBalancerNodePorts: true },
    ],
    [
      { type: "ExternalName", externalName: "a.b" },
      { type: "ExternalName", externalName: "a.b", sessionAffinity: "None" },
    ],
    [
      { type: "ExternalName", sessionAffinity: "ClientIP" },
      { type: "ExternalName", sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } },
    ],
  ];
  for (const [given, expected] of table) assert.deepEqual(serviceOf(copyJson(given)).spec, expected);
});

test("defaulting is idempotent", () => {
  const spec = fc.record(
    {
      type: fc.constantFrom("", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
      sessionAffinity: fc.constantFrom("", "None", "ClientIP"),
      sessionAffinityConfig: fc.constantFrom({}, { clientIP: {} }, { clientIP: { timeoutSeconds: 5 } }),
      externalIPs: fc.constantFrom([], ["8.8.8.8"]),
      ports: fc.array(
        fc.record(
          { port: fc.integer({ min: 1, max: 65_535 }), targetPort: fc.constantFrom(0, "", "http", 8080) },
          { requiredKeys: ["port"] },
        ),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(spec, (given) => {
      const once = serviceOf(copyJson(given as JsonObject));
      const twice = copyJson(once) as KubeObject;
      service.applyDefaults?.(twice, "v1");
      assert.deepEqual(twice, once);
    }),
  );
});

test("refuses what a service cannot be", () => {
  const table: readonly (readonly [JsonObject, readonly string[]])[] = [
    [{ ports: [] }, ["spec.ports: Required value"]],
    [{ ports: [], clusterIP: "None", clusterIPs: ["None"] }, []],
    [{ ports: ports(10_250), type: "LoadBalancer" }, []],
    [
      { ports: ports(80), type: "NodePort", clusterIP: "None", clusterIPs: ["None"] },
      [`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`],
    ],
    [{ type: "ExternalName", externalName: "a.b." }, []],
    [
      { type: "ExternalName", clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" },
      ["clusterIPs", "ipFamilies", "ipFamilyPolicy"]
        .map((name) => `spec.${name}: Forbidden: may not be set for ExternalName services`)
        .concat("spec.externalName: Required value"),
    ],
    [{ ports: [{ port: 80 }, { port: 81 }] }, ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"]],
    [
      { ports: [{ port: 80, targetPort: "Bad" }] },
      ['spec.ports[0].targetPort: Invalid value: "Bad": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
    ],
    [
      { ports: ports(80), externalIPs: ["127.0.0.1"] },
      ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      { ports: ports(80), externalIPs: ["::ffff:127.0.0.1"], clusterIP: "010.0.0.1", clusterIPs: ["010.0.0.1"] },
      [
        'spec.clusterIPs[0]: Invalid value: "010.0.0.1": must not have leading 0s',
        'spec.externalIPs[0]: Invalid value: "::ffff:127.0.0.1": must not be an IPv4-mapped IPv6 address',
      ],
    ],
    [
      { ports: ports(80), clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd00::1"], ipFamilies: ["IPv6", "IPv4"] },
      [
        'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
        'spec.clusterIPs[1]: Invalid value: "fd00::1": expected an IPv4 value as indicated by `ipFamilies[1]`',
      ],
    ],
    [
      { ports: ports(80), clusterIP: "fd00::1", clusterIPs: ["fd00::1", "fd00::2"], ipFamilies: ["IPv4", "x"] },
      [
        'spec.ipFamilies[1]: Unsupported value: "x": supported values: "IPv4", "IPv6"',
        'spec.clusterIPs: Invalid value: ["fd00::1","fd00::2"]: may specify no more than one IP for each IP family',
        'spec.clusterIPs[0]: Invalid value: "fd00::1": expected an IPv4 value as indicated by `ipFamilies[0]`',
      ],
    ],
    [
      { ports: ports(80), externalTrafficPolicy: "Local" },
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    [{ ports: ports(80), type: "LoadBalancer", externalTrafficPolicy: "Local" }, ["spec.healthCheckNodePort: Required value"]],
    [
      { ports: ports(80), loadBalancerSourceRanges: [" 10.0.0.0/8 ", "x"] },
      [
        "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.LoadBalancerSourceRanges[1]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      ],
    ],
    [
      { ports: ports(80), sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
      ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400"],
    ],
    [
      {
        type: "NodePort",
        ports: [
          { name: "a", port: 80, nodePort: 30_001 },
          { name: "b", port: 81, nodePort: 30_001 },
        ],
      },
      ["spec.ports[1].nodePort: Duplicate value: 30001"],
    ],
  ];
  for (const [given, expected] of table) assert.deepEqual(faults(given), expected);
});

test("the annotation of topology says the same under both its names", () => {
  const told = (mode: string, hints: string): string[] =>
    faults(
      { ports: ports(80) },
      { annotations: { "service.kubernetes.io/topology-mode": mode, "service.kubernetes.io/topology-aware-hints": hints } },
    );
  assert.deepEqual(told("Auto", "Auto"), []);
  assert.deepEqual(told("Auto", "Disabled"), [
    'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Auto": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified',
  ]);
});

test("node ports go with the type though ports go too, unless one is new", () => {
  const port = (number: number, nodePort: number): JsonObject => ({ name: `p${number}`, port: number, nodePort });
  const old = serviceOf({
    type: "NodePort",
    ports: [port(80, 30_001), port(81, 30_002)],
    clusterIP: "10.0.0.1",
    clusterIPs: ["10.0.0.1"],
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
  });
  const change = (...kept: JsonObject[]): readonly string[] =>
    changed(old, { ...(old["spec"] as JsonObject), type: "ClusterIP", externalTrafficPolicy: null, ports: kept }).faults;
  assert.deepEqual(change(port(81, 30_002)), []);
  assert.deepEqual(change(port(82, 30_003)), ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]);
});

test("the families of a service change at the end only", () => {
  const both = { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd00::1"], ipFamilyPolicy: "PreferDualStack" };
  const one = { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilyPolicy: "SingleStack" };
  const dual = { ...both, ipFamilies: ["IPv4", "IPv6"] };
  const table: readonly (readonly [old: JsonObject, now: JsonObject, expected: readonly string[]])[] = [
    [dual, { ...both, ipFamilies: ["IPv6", "IPv4"] }, Array<string>(2).fill('spec.ipFamilies[0]: Invalid value: ["IPv6","IPv4"]: may not change once set')],
    [dual, { ...both, ipFamilies: ["IPv6"] }, [
      'spec.ipFamilies[0]: Invalid value: ["10.0.0.1","fd00::1"]: may not change once set',
      `spec.ipFamilyPolicy: Invalid value: "PreferDualStack": must be set to 'SingleStack' when releasing the secondary ipFamily`,
    ]],
    [{ ...one, ipFamilies: ["IPv4"] }, { ...both, ipFamilies: ["IPv6", "IPv4"] }, ['spec.ipFamilies[0]: Invalid value: ["10.0.0.1","fd00::1"]: may not change once set']],
    [{ ...one, ipFamilies: ["IPv4"] }, { ...both, ipFamilies: ["IPv4", "IPv6"] }, []],
    [dual, { ...one, ipFamilies: ["IPv4"] }, []],
  ]; // prettier-ignore
  for (const [old, now, expected] of table) {
    const found = changed(serviceOf({ ports: ports(80), ...old }), { ports: ports(80), ...now }).faults;
    assert.deepEqual(
      found.filter((text) => !text.includes("expected an")),
      expected,
    );
  }
});

test("addresses and families that are written empty are shown so", () => {
  const old = { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv4"] };
  const now: JsonObject = { clusterIP: "10.0.0.1" };
  const found = () => addressChangeFaults(now, old).map(fieldErrorText);
  const unset = (shown: string) => [
    `spec.clusterIPs[0]: Invalid value: ${shown}: primary clusterIP can not be unset`,
    `spec.ipFamilies[0]: Invalid value: ${shown}: primary ipFamily can not be unset`,
  ];
  assert.deepEqual(found(), unset("null"));
  for (const member of ["clusterIPs", "ipFamilies"]) noteWrittenEmpty(now, member, []);
  assert.deepEqual(found(), unset("[]"));
});

test("a change of type drops what the client left as it was, and no more", () => {
  const old = serviceOf({
    type: "LoadBalancer",
    ports: [{ port: 80, nodePort: 30_001 }],
    clusterIP: "10.0.0.1",
    clusterIPs: ["10.0.0.1"],
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    loadBalancerClass: "a/b",
  });
  const spec = (members: JsonObject): JsonObject => ({ ...(copyJson(old["spec"] as JsonObject) as JsonObject), ...members });
  const cluster = changed(old, spec({ type: "ClusterIP" }));
  assert.deepEqual(cluster.faults, []);
  assert.deepEqual(cluster.object["spec"], {
    type: "ClusterIP",
    ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
    clusterIP: "10.0.0.1",
    clusterIPs: ["10.0.0.1"],
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
  });
  assert.deepEqual(changed(old, spec({ type: "ExternalName", externalName: "a.b" })).object["spec"], {
    type: "ExternalName",
    externalName: "a.b",
    ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
    sessionAffinity: "None",
  });
  assert.deepEqual(changed(old, spec({ type: "ClusterIP", loadBalancerClass: "a/c" })).faults, [
    "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
    "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
  ]);
});

test("an update that leaves out what was allocated keeps it", () => {
  const old = serviceOf({
    type: "NodePort",
    ports: [
      { name: "a", port: 80, nodePort: 30_001 },
      { name: "b", port: 81, nodePort: 30_002 },
    ],
    clusterIP: "10.0.0.1",
    clusterIPs: ["10.0.0.1"],
  });
  const kept = changed(old, {
    type: "NodePort",
    ports: [
      { name: "b", port: 82 },
      { name: "c", port: 80 },
    ],
  });
  assert.equal((kept.object["spec"] as JsonObject)["clusterIP"], "10.0.0.1");
  assert.deepEqual(
    ((kept.object["spec"] as JsonObject)["ports"] as JsonObject[]).map(({ nodePort }) => nodePort),
    [30_002, undefined],
  );
  const other = changed(old, { type: "NodePort", ports: ports(80), clusterIP: "10.0.0.2", clusterIPs: ["10.0.0.1"] });
  assert.deepEqual(other.faults, ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set']);
});

test("columns tell where a service is reached", () => {
  const row = (object: KubeObject): unknown[] =>
    ["Type", "Cluster-IP", "External-IP", "Port(s)", "Selector"].map((name) => service.cells?.[name]?.(object, 0));
  assert.deepEqual(row(serviceOf({ ports: ports(80), selector: { b: "2", a: "1" }, clusterIPs: ["10.0.0.1"] })), [
    "ClusterIP",
    "10.0.0.1",
    "<none>",
    "80/TCP",
    "a=1,b=2",
  ]);
  assert.deepEqual(
    row(
      serviceOf({
        type: "NodePort",
        ports: [
          { port: 80, nodePort: 30_001 },
          { port: 53, protocol: "UDP" },
        ],
      }),
    ),
    ["NodePort", "<none>", "<none>", "80:30001/TCP,53/UDP", "<none>"],
  );
  const balanced = serviceOf({ type: "LoadBalancer", externalIPs: ["8.8.8.8"] });
  assert.equal(row(serviceOf({ type: "LoadBalancer" }))[2], "<pending>");
  balanced["status"] = { loadBalancer: { ingress: [{ ip: "9.9.9.9" }, { hostname: "a.b" }] } };
  assert.equal(row(balanced)[2], "9.9.9.9,a.b,8.8.8.8");
  assert.equal(row(serviceOf({ type: "ExternalName", externalName: "a.b" }))[2], "a.b");
});

test("warns of what has no effect", () => {
  const table: readonly (readonly [JsonObject, readonly string[]])[] = [
    [{ ports: ports(80) }, []],
    [{ ports: ports(80), externalName: "a.b" }, ['spec.externalName is ignored when spec.type is not "ExternalName"']],
    [{ clusterIP: "None", clusterIPs: ["None"], sessionAffinity: "ClientIP" }, ["spec.SessionAffinity is ignored for headless services"]],
    [
      { ports: ports(80), externalIPs: ["fd00:0::1"] },
      [
        'spec.externalIPs[0]: IPv6 address "fd00:0::1" should be in RFC 5952 canonical format ("fd00::1")',
        "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
      ],
    ],
    [{ clusterIP: "None", clusterIPs: ["None"], externalIPs: ["1.2.3.4"] }, ["spec.externalIPs is ignored for headless services"]],
    [
      { type: "ExternalName", externalName: "a.b", externalIPs: ["1.2.3.4"] },
      ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
    ],
    [
      { ports: ports(80), trafficDistribution: "PreferClose" },
      ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
    ],
  ];
  for (const [spec, expected] of table) assert.deepEqual(strategy.warnings?.(serviceOf(spec), undefined, context), expected);
});
