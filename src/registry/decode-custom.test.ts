import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { schemaFromOpenApi } from "../schema/from-openapi.ts";
import { loadTypes } from "../schema/load.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { decodeCustom } from "./decode-custom.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36/", import.meta.url));
const inner = { "type": "object", "x-kubernetes-embedded-resource": true };
const schema = schemaFromOpenApi(
  { type: "object", properties: { list: { type: "array", items: inner } } },
  types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
  { root: true },
) as ObjectSchema;
const decoded = (value: JsonObject, unknown: string[] = []): unknown =>
  decodeCustom(
    value,
    { group: "a.b", version: "v1", kind: "A", custom: true, schema },
    { validation: "Warn", warn: (text) => void unknown.push(text), refuse: (message) => new Error(message) },
  );

test("what an object within says of itself is text and metadata, whatever its schema says", () => {
  const rows: readonly [JsonObject, string][] = [
    [{ apiVersion: 1 }, "list[0].apiVersion: Invalid value: 1: must be a string"],
    [{ kind: [] }, "list[0].kind: Invalid value: []: must be a string"],
    [{ metadata: 0 }, "list[0].metadata: Invalid value: 0: json: cannot unmarshal number into Go value of type v1.ObjectMeta"],
    [
      { metadata: { labels: "x" } },
      'list[0].metadata: Invalid value: {"labels":"x"}: json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string',
    ],
  ];
  for (const [one, message] of rows) assert.throws(() => decoded({ list: [one] }), { message });
});

test("metadata within is read as metadata", () => {
  const unknown: string[] = [];
  const metadata = { creationTimestamp: null, labels: {}, name: "a", other: 1 };
  const { list } = decoded({ list: [{ apiVersion: "v1", metadata }] }, unknown) as JsonObject;
  assert.deepEqual(list, [{ apiVersion: "v1", metadata: { name: "a" } }]);
  assert.deepEqual(unknown, ['unknown field "list[0].metadata.other"']);
});
