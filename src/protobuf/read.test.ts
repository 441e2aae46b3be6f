import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadTypes } from "../schema/load.ts";
import { openEnvelope } from "./envelope.ts";
import { ProtobufReader } from "./read.ts";
import { ProtobufError } from "./wire-reader.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url));
const schemaOf = (kind: string) => types.schemaForKind({ group: "", version: "v1", kind }) ?? assert.fail(kind);

/** A field of a message: number, then bytes with their length, or a number. */
function field(number: number, value: Buffer | string | number): Buffer {
  if (typeof value === "number") return Buffer.from([number << 3, value]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

test("reads members, maps, and the members of embedded messages as members of the object", () => {
  const entry = field(2, Buffer.concat([field(1, "key"), field(2, "value")]));
  const map = Buffer.concat([field(1, field(1, "thing")), entry]);
  assert.deepEqual(new ProtobufReader().read(map, schemaOf("ConfigMap")), { metadata: { name: "thing" }, data: { key: "value" } });
  const volume = Buffer.concat([field(1, "v"), field(2, field(2, Buffer.alloc(0)))]);
  const pod = new ProtobufReader().read(field(2, field(1, volume)), schemaOf("Pod"));
  assert.deepEqual((pod["spec"] as { volumes: unknown }).volumes, [{ name: "v", emptyDir: {} }]);
});

test("leaves out zeros that JSON leaves out, and writes those that it writes", () => {
  const spec = Buffer.concat([field(11, 0), field(3, ""), field(10, "node")]); // hostNetwork, restartPolicy, nodeName
  const pod = new ProtobufReader().read(field(2, spec), schemaOf("Pod"));
  assert.deepEqual(pod, { metadata: {}, spec: { containers: null, nodeName: "node" }, status: {} });
});

test("unknown fields are passed over, negative and large numbers are exact", () => {
  const huge = Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]); // terminationGracePeriodSeconds = 2^63-1
  const pod = new ProtobufReader().read(Buffer.concat([field(9, "?"), field(2, huge)]), schemaOf("Pod"));
  assert.equal((pod["spec"] as { terminationGracePeriodSeconds: unknown }).terminationGracePeriodSeconds, 2n ** 63n - 1n);
});

test("whatever bytes come, it reads them or throws ProtobufError", () => {
  const reader = new ProtobufReader();
  const kinds = ["Pod", "Service", "Node", "Event"].map(schemaOf);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(3), (bytes, which) => {
      try {
        reader.read(Buffer.from(bytes), kinds[which] ?? schemaOf("Pod"));
      } catch (error) {
        assert.ok(error instanceof ProtobufError, String(error));
      }
    }),
  );
});

test("the envelope tells kind and version, and refuses other bytes", () => {
  const meta = Buffer.concat([field(1, "v1"), field(2, "ConfigMap")]);
  const body = Buffer.concat([Buffer.from("k8s\0"), field(1, meta), field(2, Buffer.from([1, 2])), Buffer.from([0x1a, 0, 0x22, 0])]);
  assert.deepEqual(openEnvelope(body), { apiVersion: "v1", kind: "ConfigMap", raw: Buffer.from([1, 2]) });
  assert.throws(() => openEnvelope(Buffer.from("{}")), ProtobufError);
});
