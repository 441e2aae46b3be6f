import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { loadTypes } from "../schema/load.ts";
import { enveloped, envelopeHead, openEnvelope, PAYLOAD } from "./envelope.ts";
import { ProtobufReader } from "./read.ts";
import { ProtobufWriter } from "./write.ts";
import { watchFrame } from "./watch-frame.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url));
const schemaOf = (kind: string, group = "", version = "v1") => types.schemaForKind({ group, version, kind }) ?? assert.fail(kind);
const writer = new ProtobufWriter();
const hex = (value: JsonObject, definition: string) => writer.message(value, types.schemaFor(`io.k8s.${definition}`)).toString("hex");
const text = (number: number, value: string) =>
  Buffer.concat([Buffer.from([number * 8 + 2, Buffer.byteLength(value)]), Buffer.from(value)]).toString("hex");

test("writes values that are no pointers also where they are absent, and pointers only where they are set", () => {
  // name, readOnly, mountPath, subPath, subPathExpr are values; mountPropagation and recursiveReadOnly are pointers.
  const mount = text(1, "") + "1000" + text(3, "") + text(4, "") + text(6, "");
  assert.equal(hex({}, "api.core.v1.VolumeMount"), mount);
  const set = text(1, "v") + "1001" + text(3, "/v") + text(4, "") + text(5, "") + text(6, "");
  assert.equal(hex({ name: "v", readOnly: true, mountPath: "/v", mountPropagation: "" }, "api.core.v1.VolumeMount"), set);
});

test("writes structs within structs, and those that JSON flattens", () => {
  // A Volume's source is a message of its own; an emptyDir's size a pointer.
  assert.equal(hex({ name: "v", emptyDir: {} }, "api.core.v1.Volume"), text(1, "v") + "120412020a00");
  const time = "4200"; // creationTimestamp is no pointer, and the zero time an empty message
  const meta = [1, 2, 3, 4, 5, 6].map((number) => text(number, "")).join("") + "3800" + time;
  assert.equal(hex({ metadata: {} }, "api.core.v1.ConfigMap"), "0a10" + meta);
});

test("writes maps by their keys' bytes, numbers in ten bytes where they are negative, and times as seconds", () => {
  const entry = (key: string) => {
    const inner = text(1, key) + text(2, "1");
    return `12${(inner.length / 2).toString(16).padStart(2, "0")}${inner}`;
  };
  const written = hex({ data: { "\u{1f600}": "1", "\uff5e": "1", "b": "1", "a": "1" } }, "api.core.v1.ConfigMap");
  assert.ok(written.endsWith(["a", "b", "\uff5e", "\u{1f600}"].map(entry).join("")));
  assert.ok(hex({ value: -2 }, "api.core.v1.Toleration") !== "");
  assert.ok(hex({ tolerationSeconds: -2 }, "api.core.v1.Toleration").endsWith("28feffffffffffffffff01"));
  assert.ok(hex({ timeAdded: "1970-01-01T00:00:05Z" }, "api.core.v1.Taint").endsWith("220408051000"));
  assert.ok(hex({ timeAdded: "1970-01-01T01:00:05+01:00" }, "api.core.v1.Taint").endsWith("220408051000"));
});

test("writes numbers or texts with all three members, quantities as text, JSON as it is", () => {
  assert.equal(hex({ port: "http", host: "h" }, "api.core.v1.TCPSocketAction"), "0a0a08011000" + text(3, "http") + text(2, "h"));
  assert.equal(hex({ port: 8080 }, "api.core.v1.TCPSocketAction"), "0a07080010903f1a00" + text(2, ""));
  assert.ok(hex({ hard: { cpu: "1" } }, "api.core.v1.ResourceQuotaSpec").endsWith(text(1, "cpu") + "1203" + text(1, "1")));
  const data = Buffer.from('{"b":1,"a":[null]}').toString("hex");
  assert.ok(hex({ data: { b: 1, a: [null] } }, "api.apps.v1.ControllerRevision").includes(`12140a12${data}`));
});

test("what it writes reads as the same object", () => {
  const pod: JsonObject = {
    metadata: {
      name: "p",
      generation: 2n ** 60n,
      creationTimestamp: "2024-01-02T03:04:05Z",
      labels: { ä: "ö", app: "x".repeat(40) },
      managedFields: [{ manager: "m", operation: "Update", fieldsV1: { "f:spec": {} }, time: "2024-01-02T03:04:05Z" }],
    },
    spec: {
      containers: [
        {
          name: "c",
          resources: { limits: { cpu: "100m", memory: "1Gi" } },
          livenessProbe: { httpGet: { port: "http", path: "/" }, periodSeconds: 3 },
          env: [{ name: "A", value: "b" }],
        },
      ],
      terminationGracePeriodSeconds: 0,
      securityContext: {},
      tolerations: [{ key: "k", operator: "Exists", tolerationSeconds: -1 }],
    },
    status: { phase: "Running", podIPs: [{ ip: "10.0.0.1" }] },
  };
  const bytes = writer.message(pod, schemaOf("Pod"));
  assert.deepEqual(new ProtobufReader().read(bytes, schemaOf("Pod")), pod);
});

test("schemas of custom resources keep what stands for a schema", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      list: { type: "array", items: { type: "string" } },
      open: { additionalProperties: true },
      closed: { additionalProperties: false },
      map: { additionalProperties: { type: "string" }, default: { a: 1 } },
      bounded: { maximum: 1.5, minimum: -3 },
    },
  };
  const props = types.schemaFor("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  assert.deepEqual(new ProtobufReader().read(writer.message(schema, props), props), schema);
});

test("an object's message serves in an envelope as it does in a list", () => {
  const payload = writer.field(PAYLOAD, { metadata: { name: "x" } }, schemaOf("ConfigMap"));
  const body = enveloped(envelopeHead("v1", "ConfigMap"), payload);
  assert.deepEqual(openEnvelope(body), { apiVersion: "v1", kind: "ConfigMap", raw: payload.subarray(2) });
  assert.ok(body.toString("hex").endsWith("1a002200"));
  const list = Buffer.concat([writer.field(1, {}, types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta")), payload]);
  assert.deepEqual(new ProtobufReader().read(list, schemaOf("ConfigMapList")), { metadata: {}, items: [{ metadata: { name: "x" } }] });
});

test("an event of a watch stands behind its length", () => {
  const frame = watchFrame("ADDED", Buffer.from([1, 2, 3]));
  assert.equal(frame.toString("hex"), `0000000e${text(1, "ADDED")}12050a03010203`);
});

test("messages larger than the first buffer are whole", () => {
  const data = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key-${String(i).padStart(3, "0")}`, "ä".repeat(i * 3)]));
  const bytes = writer.message({ metadata: {}, data }, schemaOf("ConfigMap"));
  assert.deepEqual(new ProtobufReader().read(bytes, schemaOf("ConfigMap")), { metadata: {}, data });
});
