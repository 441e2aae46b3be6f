import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { endpointSlice } from "../discovery/endpoint-slice.ts";
import { ingressClass } from "./ingress-class.ts";
import { ingress } from "./ingress.ts";
import { ipAddress } from "./ip-address.ts";
import { networkPolicy } from "./network-policy.ts";
import { serviceCidr } from "./service-cidr.ts";

const context = {} as StrategyContext;
const object = (members: JsonObject, metadata: JsonObject = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "K",
  metadata: { name: "n", ...metadata },
  ...members,
});

function faults(kind: KindBehaviour, members: JsonObject, metadata?: JsonObject): string[] {
  const given = object(members, metadata);
  kind.applyDefaults?.(given, "v1");
  return (kind.strategy?.validate?.(given, context) ?? []).map(fieldErrorText);
}

function changeFaults(kind: KindBehaviour, members: JsonObject, old: JsonObject): string[] {
  return (kind.strategy?.validateUpdate?.(object(members), object(old), context) ?? []).map(fieldErrorText);
}

const backend: JsonObject = { service: { name: "s", port: { number: 80 } } };
const path = (members: JsonObject): JsonObject => ({
  spec: { rules: [{ http: { paths: [{ pathType: "Prefix", path: "/", backend, ...members }] } }] },
});
const PATH = "spec.rules[0].http.paths[0]";

test("ingress paths are told apart by their type", () => {
  assert.deepEqual(faults(ingress, path({})), []);
  assert.deepEqual(
    faults(ingress, path({ path: "/a//b/../%2f/." })),
    ["//", "/../", "%2f"]
      .map((part) => `${PATH}.path: Invalid value: "/a//b/../%2f/.": must not contain '${part}'`)
      .concat(`${PATH}.path: Invalid value: "/a//b/../%2f/.": cannot end with '/.'`),
  );
  assert.deepEqual(faults(ingress, path({ pathType: "ImplementationSpecific", path: "" })), []);
  assert.deepEqual(faults(ingress, path({ pathType: "ImplementationSpecific", path: "a" })), [
    `${PATH}.path: Invalid value: "a": must be an absolute path`,
  ]);
});

test("an ingress that an older version let in stays changeable", () => {
  const old = { spec: { rules: [{ host: "*.a.b", http: { paths: [] } }], tls: [{ secretName: "Bad_S" }] } };
  assert.deepEqual(changeFaults(ingress, old, old), []);
  assert.equal(changeFaults(ingress, old, path({})).length, 2);
});

test("both ways to name an ingress's class must agree", () => {
  const members = { spec: { defaultBackend: backend, ingressClassName: "x" } };
  assert.deepEqual(faults(ingress, members, { annotations: { "kubernetes.io/ingress.class": "x" } }), []);
  assert.equal(faults(ingress, members, { annotations: { "kubernetes.io/ingress.class": "y" } }).length, 1);
});

test("ingress columns", () => {
  const hosts = object({
    spec: { rules: ["a", "b", "c", "d", ""].map((host) => ({ host })), tls: [{}] },
    status: { loadBalancer: { ingress: [{ ip: "9.9.9.9" }, { hostname: "a.b" }] } },
  });
  assert.deepEqual(
    ["Class", "Hosts", "Address", "Ports"].map((name) => ingress.cells?.[name]?.(hosts, 0)),
    ["<none>", "a,b,c + 2 more...", "9.9.9.9,a.b", "80, 443"],
  );
});

test("parameters of an ingress class are of the cluster or of a namespace that is named", () => {
  const members = (parameters: JsonObject): JsonObject => ({
    spec: { controller: "a.b/c", parameters: { kind: "K", name: "n", ...parameters } },
  });
  assert.deepEqual(faults(ingressClass, members({})), []);
  assert.deepEqual(faults(ingressClass, members({ namespace: "x" })), [
    "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
  ]);
  assert.deepEqual(faults(ingressClass, members({ scope: "Namespace" })), [
    "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ]);
});

test("a network policy isolates in the directions of its rules, ingress always", () => {
  for (const [spec, expected] of [
    [{}, ["Ingress"]],
    [{ egress: [{}] }, ["Ingress", "Egress"]],
    [{ policyTypes: ["Egress"] }, ["Egress"]],
  ] as const) {
    const policy = object({ spec: structuredClone(spec) as unknown as JsonObject });
    networkPolicy.applyDefaults?.(policy, "networking.k8s.io/v1");
    assert.deepEqual((policy["spec"] as JsonObject)["policyTypes"], expected);
  }
});

test("peers of a network policy", () => {
  const members = (peer: JsonObject): JsonObject => ({ spec: { ingress: [{ from: [peer] }] } });
  const at = "spec.ingress[0].from[0]";
  assert.deepEqual(faults(networkPolicy, members({})), [`${at}: Required value: must specify a peer`]);
  assert.deepEqual(faults(networkPolicy, members({ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } })), [
    `${at}: Forbidden: may not specify both ipBlock and another peer`,
  ]);
  for (const except of ["10.0.0.0/8", "11.0.0.0/16"]) {
    assert.deepEqual(faults(networkPolicy, members({ ipBlock: { cidr: "10.0.0.0/8", except: [except] } })), [
      `${at}.ipBlock.except[0]: Invalid value: "${except}": must be a strict subset of \`cidr\``,
    ]);
  }
});

test("addresses and ranges are written in one way only, but what was there may stay", () => {
  const policy = (cidr: string, ...except: readonly string[]): JsonObject => ({
    spec: { egress: [{ to: [{ ipBlock: { cidr, except: [...except] } }] }] },
  });
  const block = "spec.egress[0].to[0].ipBlock";
  assert.deepEqual(faults(networkPolicy, policy("10.0.0.0/8", "x", "10.1.0.1/16", "::ffff:10.0.0.0/112")), [
    `${block}.except[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
    `${block}.except[1]: Invalid value: "10.1.0.1/16": must not have bits set beyond the prefix length`,
    `${block}.except[2]: Invalid value: "::ffff:10.0.0.0/112": must not have an IPv4-mapped IPv6 address`,
  ]);
  assert.deepEqual(changeFaults(networkPolicy, policy("010.0.0.0/8"), policy("10.0.0.0/8", "010.0.0.0/8")), []);

  const slice = (...addresses: readonly string[]): JsonObject => ({ addressType: "IPv4", endpoints: [{ addresses: [...addresses] }] });
  assert.deepEqual(changeFaults(endpointSlice, slice("010.0.0.1", "010.0.0.2"), slice("010.0.0.1")), [
    'endpoints[0].addresses[1]: Invalid value: "010.0.0.2": must not have leading 0s',
  ]);

  const status = (ip: string): JsonObject => ({ status: { loadBalancer: { ingress: [{ ip }] } } });
  const door = ingress.subresources?.["status"];
  assert.equal(door?.validateUpdate?.(object(status("010.0.0.1")), object({}), context).length, 1);
  assert.equal(door?.validateUpdate?.(object(status("010.0.0.1")), object(status("010.0.0.1")), context).length, 0);
});

test("an address belongs to one parent for good", () => {
  const of = (name: string): JsonObject => ({ spec: { parentRef: { resource: "services", namespace: "ns", name } } });
  assert.deepEqual(changeFaults(ipAddress, of("b"), of("a")), [
    'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"ns","Name":"b"}: field is immutable',
  ]);
  assert.deepEqual(ipAddress.strategy?.nameRule?.("10.0.0.01", false), ["must not have leading 0s"]);
  assert.equal(ipAddress.cells?.["ParentRef"]?.(object(of("a")), 0), "services/ns/a");
});

test("a service range may get a second family and nothing else", () => {
  const of = (...cidrs: readonly string[]): JsonObject => ({ spec: { cidrs: [...cidrs] } });
  assert.deepEqual(changeFaults(serviceCidr, of("10.0.0.0/24", "fd00::/112"), of("10.0.0.0/24")), []);
  assert.equal(changeFaults(serviceCidr, of("10.0.0.0/24", "10.0.1.0/24"), of("10.0.0.0/24")).length, 1);
  assert.deepEqual(changeFaults(serviceCidr, of("10.0.1.0/24"), of("10.0.0.0/24")), [
    'spec.cidrs[0]: Invalid value: "10.0.1.0/24": field is immutable',
  ]);
  assert.equal(changeFaults(serviceCidr, of("10.0.0.0/24"), of("10.0.0.0/24", "fd00::/112")).length, 1);
});

test("endpoints of a slice are of its address type", () => {
  const slice = (addressType: string, ...addresses: readonly string[]): JsonObject => ({
    addressType,
    endpoints: [{ addresses: [...addresses] }],
    ports: [{ port: 80 }],
  });
  assert.deepEqual(faults(endpointSlice, slice("IPv4", "10.0.0.1")), []);
  assert.deepEqual(faults(endpointSlice, slice("IPv6", "10.0.0.1")), [
    'endpoints[0].addresses[0]: Invalid value: "10.0.0.1": must be an IPv6 address',
  ]);
  assert.deepEqual(faults(endpointSlice, slice("IPv6", "::1")), [
    'endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ]);
  assert.deepEqual(faults(endpointSlice, slice("FQDN", "a.b", "a")), [
    'endpoints[0].addresses[1]: Invalid value: "a": should be a domain with at least two segments separated by dots',
  ]);
  assert.deepEqual(faults(endpointSlice, { addressType: "IPv4", ports: [{}, {}] }), ['ports[1].name: Duplicate value: ""']);
});

test("a slice's writer hears of addresses, unless it knows how to write them", () => {
  const slice = (addressType: string, address: string, writer: string) =>
    object({ addressType, endpoints: [{ addresses: [address] }] }, { labels: { "endpointslice.kubernetes.io/managed-by": writer } });
  const warn = (made: KubeObject, old?: KubeObject) => endpointSlice.strategy?.warnings?.(made, old, context).length;
  assert.equal(warn(slice("IPv6", "FD00::1", "me")), 1);
  assert.equal(warn(slice("IPv6", "FD00::1", "endpointslice-controller.k8s.io")), 0);
  const named = slice("FQDN", "a.b", "me");
  assert.deepEqual([warn(named), warn(named, named)], [1, 0]);
});

test("endpoint slice columns", () => {
  const slice = object({ endpoints: [{ addresses: ["1", "2"] }, { addresses: ["3", "4"] }], ports: [{ port: 80 }, {}] });
  assert.deepEqual(
    ["Ports", "Endpoints"].map((name) => endpointSlice.cells?.[name]?.(slice, 0)),
    ["80,*", "1,2,3 + 1 more..."],
  );
  assert.deepEqual(
    ["Ports", "Endpoints"].map((name) => endpointSlice.cells?.[name]?.(object({}), 0)),
    ["<unset>", "<unset>"],
  );
});
