import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, type DecodeOptions, strictDecodingError } from "./decode.ts";
import { loadTypes } from "./load.ts";
import type { JsonObject, JsonValue } from "../object/json.ts";
import { copyWritten, writtenMember } from "../object/written-empty.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36/", import.meta.url));
const core = (name: string) => types.schemaFor(`io.k8s.api.core.v1.${name}`);
const deployment = types.schemaFor("io.k8s.api.apps.v1.Deployment");

function message(value: JsonValue, schema = deployment, options: DecodeOptions = {}): string {
  const decoded = decode(value, schema, options);
  assert.equal(decoded.ok, false);
  return decoded.ok ? "" : decoded.message;
}

function value(input: JsonValue, schema = deployment): JsonValue {
  const decoded = decode(input, schema);
  assert.deepEqual(decoded.ok ? [] : [decoded.message], []);
  return decoded.ok ? decoded.value : null;
}

test("a value of the wrong type is named by struct, members and Go type", () => {
  assert.equal(
    message({ spec: { replicas: "x" } }),
    "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
  );
  assert.equal(
    message({ spec: { template: { spec: { containers: [{ ports: "x" }] } } } }),
    "json: cannot unmarshal string into Go struct field Container.spec.template.spec.containers.ports of type []v1.ContainerPort",
  );
  assert.equal(
    message({ metadata: { labels: { a: 5 } } }),
    "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
  );
  assert.equal(message([]), "json: cannot unmarshal array into Go value of type v1.Deployment");
});

test("members of embedded structs are shown with the struct's name", () => {
  assert.equal(
    message({ spec: { containers: [{ livenessProbe: { httpGet: { port: 1.5 } } }] } }, core("Pod")),
    "json: cannot unmarshal number 1.5 into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32",
  );
});

test("an integer written with a fraction or an exponent is none", () => {
  assert.equal(
    message({ spec: { replicas: 1 } }, deployment, { fractionalIntegers: [{ path: "spec.replicas", text: "1.0" }] }),
    "json: cannot unmarshal number 1.0 into Go struct field DeploymentSpec.spec.replicas of type int32",
  );
  assert.equal(
    message({ spec: { replicas: 99999999999 } }),
    "json: cannot unmarshal number 99999999999 into Go struct field DeploymentSpec.spec.replicas of type int32",
  );
});

test("a type's own decoder ends decoding, even behind an earlier wrong type", () => {
  assert.equal(
    message({ metadata: { name: 5, creationTimestamp: "notatime" } }),
    'parsing time "notatime" as "2006-01-02T15:04:05Z07:00": cannot parse "notatime" as "2006"',
  );
  assert.match(message({ spec: { containers: [{ resources: { limits: { cpu: "x" } } }] } }, core("Pod")), /^quantities must match/);
  assert.equal(message({ data: { a: "1" } }, core("Secret")), "illegal base64 data at input byte 0");
});

test("unknown and repeated members are told with their paths, in the order in which they are met", () => {
  const decoded = decode({ metadata: { bogusMeta: 1, name: "a" }, data: { a: "2" }, bogus: 1, Data: {} }, core("ConfigMap"), {
    duplicates: [{ path: "data.a", offset: 0 }],
  });
  assert.ok(decoded.ok);
  assert.equal(
    strictDecodingError(decoded.strict),
    'strict decoding error: unknown field "metadata.bogusMeta", duplicate field "data.a", unknown field "bogus", unknown field "Data"',
  );
  assert.deepEqual(decoded.value, { metadata: { name: "a" }, data: { a: "2" } });
});

test("nulls are absent, and zeros of values are dropped where those of pointers are kept", () => {
  assert.deepEqual(value({ metadata: null, spec: { replicas: 0, minReadySeconds: 0, paused: false, selector: { matchLabels: {} } } }), {
    metadata: {},
    spec: { replicas: 0, selector: {}, strategy: {}, template: { metadata: {}, spec: { containers: null } } },
    status: {},
  });
});

test("an empty list or map that is left out is known to have been written", () => {
  const { template } = (
    value({ spec: { template: { metadata: { labels: {}, annotations: null }, spec: { volumes: [] } } } }) as unknown as Spec
  ).spec;
  assert.deepEqual(template, { metadata: {}, spec: { containers: null } });
  assert.deepEqual(
    ["labels", "annotations"].map((name) => writtenMember(template.metadata, name)),
    [{}, undefined],
  );
  assert.deepEqual(writtenMember(template.spec, "volumes"), []);
  assert.deepEqual(writtenMember(copyWritten(template)["spec"] as JsonObject, "volumes"), []);
  assert.equal(writtenMember({ ...template.spec }, "volumes"), undefined);
});

interface Spec {
  readonly spec: { readonly template: JsonObject & { metadata: JsonObject; spec: JsonObject } };
}

test("absent members without omitempty are written as their Go zero", () => {
  assert.deepEqual(value({}, types.schemaFor("io.k8s.api.rbac.v1.ClusterRole")), { metadata: {}, rules: null });
  assert.deepEqual((value({}, core("Node")) as { status: JsonValue }).status, {
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    nodeInfo: {
      architecture: "",
      bootID: "",
      containerRuntimeVersion: "",
      kernelVersion: "",
      kubeProxyVersion: "",
      kubeletVersion: "",
      machineID: "",
      operatingSystem: "",
      osImage: "",
      systemUUID: "",
    },
  });
});

test("null in a list or a map is the item's zero", () => {
  assert.deepEqual(value({ data: { a: null } }, core("ConfigMap")), { metadata: {}, data: { a: "" } });
});

test("times, amounts of resources and bytes come out in canonical form", () => {
  assert.deepEqual(value({ metadata: { creationTimestamp: "2020-01-02T03:04:05.9+02:00" }, data: { a: "QR==" } }, core("Secret")), {
    metadata: { creationTimestamp: "2020-01-02T01:04:05Z" },
    data: { a: "QQ==" },
  });
  assert.deepEqual(value({ hard: { cpu: 1.5, memory: "1024Mi", x: "0.0001" } }, core("ResourceQuotaSpec")), {
    hard: { cpu: "1500m", memory: "1Gi", x: "1m" },
  });
});

test("integers beyond 2^53 stay exact", () => {
  const big = 9007199254740993n;
  assert.deepEqual(value({ metadata: { generation: big } }, core("ConfigMap")), { metadata: { generation: big } });
});

test("a member called __proto__ is like any other", () => {
  const decoded = decode(JSON.parse('{"data":{"__proto__":"x"},"__proto__":{"polluted":1}}') as JsonValue, core("ConfigMap"));
  assert.ok(decoded.ok);
  assert.deepEqual(decoded.strict, ['unknown field "__proto__"']);
  assert.equal(JSON.stringify(decoded.value["data"]), '{"__proto__":"x"}');
  assert.equal("polluted" in decoded.value, false);
});

test("a value that a strategic merge patch or an apply made is converted: laxer with numbers, and with other words for faults", () => {
  const converted = { converted: true };
  assert.equal(message({ spec: { template: "text" } }, deployment, converted), "cannot restore struct from: string");
  assert.equal(message({ spec: { replicas: "x" } }, deployment, converted), "unrecognized type: int32");
  assert.equal(message({ spec: { replicas: 1.5 } }, deployment, converted), "cannot convert float64 to int32");
  assert.equal(message({ metadata: { labels: { a: 5 } } }, deployment, converted), "cannot convert int64 to string");
  assert.equal(message({ metadata: { finalizers: {} } }, deployment, converted), "cannot restore slice from map");
  assert.equal(message({ data: { a: "*" } }, core("Secret"), converted), "error decoding from json: illegal base64 data at input byte 0");
  const decoded = decode({ spec: { replicas: 4294967297 } }, deployment, converted);
  assert.equal(decoded.ok && (decoded.value["spec"] as { replicas: number }).replicas, 1);
});
