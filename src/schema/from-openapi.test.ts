import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../object/json.ts";
import type { Path } from "./access.ts";
import { applyDefaults, dropNulls } from "./default.ts";
import { schemaFromOpenApi } from "./from-openapi.ts";
import { loadTypes } from "./load.ts";
import { prune } from "./prune.ts";
import type { Schema } from "./schema.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36/", import.meta.url));
const objectMeta = types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

const widget = schemaFromOpenApi(
  {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          a: { type: "string", default: "da", maxLength: 5 },
          o: { type: "object", default: {}, properties: { x: { type: "integer", default: 7 }, y: { type: "string" } } },
          nul: { type: "string", nullable: true, default: "dn" },
          plain: { type: "string" },
          keep: {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": true,
            "properties": { typed: { type: "object", properties: { k: { type: "string" } } } },
          },
          emb: { "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
          l: {
            "type": "array",
            "items": { type: "object", properties: { i: { type: "integer", default: 1 } } },
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["i"],
          },
          m: { type: "object", additionalProperties: { type: "object", properties: { v: { type: "string", default: "dv" } } } },
          any: { "x-kubernetes-preserve-unknown-fields": true },
          port: { "x-kubernetes-int-or-string": true },
        },
      },
    },
  },
  objectMeta,
  { root: true },
);

test("members that the type does not know are taken out and told by sorted paths", () => {
  const object: JsonObject = {
    apiVersion: "v1",
    kind: "Widget",
    metadata: { name: "a", foo: 1 },
    spec: {
      zzz: 1,
      o: { y: "1", q: 2 },
      keep: { any: { b: 1 }, typed: { k: "1", z: 2 } },
      emb: { kind: "Pod", metadata: { foo: "y" }, any: 1 },
      l: [{}, { i: 2, z: 1 }],
      m: { p: {}, q: { v: "1", w: 2 } },
      any: { x: [1] },
    },
    other: "x",
  };
  assert.deepEqual(prune(object, widget), [
    "metadata.foo",
    "other",
    "spec.emb.metadata.foo",
    "spec.keep.typed.z",
    "spec.l[1].z",
    "spec.m.q.w",
    "spec.o.q",
    "spec.zzz",
  ]);
  assert.deepEqual(object["spec"], {
    o: { y: "1" },
    keep: { any: { b: 1 }, typed: { k: "1" } },
    emb: { kind: "Pod", metadata: {}, any: 1 },
    l: [{}, { i: 2 }],
    m: { p: {}, q: { v: "1" } },
    any: { x: [1] },
  });
});

test("defaults fill what is absent, or null without being nullable, and are filled in themselves", () => {
  const object: JsonObject = { spec: { a: null, nul: null, o: null, l: [{}], m: { p: {} } } };
  applyDefaults(object, widget);
  assert.deepEqual(object, { spec: { a: "da", nul: null, o: { x: 7 }, l: [{ i: 1 }], m: { p: { v: "dv" } } } });
  const empty: JsonObject = { spec: {} };
  applyDefaults(empty, widget);
  assert.deepEqual(empty, { spec: { a: "da", nul: "dn", o: { x: 7 } } });
});

test("a default that was filled in is a copy of its own", () => {
  const first: JsonObject = { spec: {} };
  const second: JsonObject = { spec: {} };
  applyDefaults(first, widget);
  applyDefaults(second, widget);
  ((first["spec"] as JsonObject)["o"] as JsonObject)["x"] = 8;
  assert.deepEqual((second["spec"] as JsonObject)["o"], { x: 7 });
});

test("nulls of members that are neither nullable nor have a default are absent", () => {
  const object: JsonObject = { spec: { plain: null, nul: null, a: null, m: { p: null } } };
  dropNulls(object, widget);
  assert.deepEqual(object, { spec: { nul: null, a: null, m: {} } });
});

/** The type of what lies at a path; undefined where the type ends before the path does. */
const schemaAt = (schema: Schema, path: Path): Schema | undefined =>
  path.reduce<Schema | undefined>((here, step) => here && below(here, step), schema);

function below(schema: Schema, step: string | number): Schema | undefined {
  if (schema.type === "object") return schema.fields.get(String(step))?.schema;
  if (schema.type === "map") return schema.values;
  return schema.type === "list" && typeof step === "number" ? schema.items : undefined;
}

test("the type says how lists are told apart, what is kept raw and what a value is checked for", () => {
  const at = (...path: Path) => schemaAt(widget, path);
  const list = at("spec", "l");
  assert.ok(list?.type === "list");
  assert.deepEqual([list.listType, list.keys], ["map", ["i"]]);
  assert.equal(at("spec", "any")?.type, "any");
  assert.equal(at("spec", "port")?.type, "intOrString");
  assert.deepEqual(at("spec", "a")?.validations, { maxLength: 5 });
  assert.equal(at("spec", "l", 0, "i")?.type, "int64");
  assert.equal(at("metadata", "labels"), objectMeta.fields.get("labels")?.schema);
});

test("a schema that refers to nothing sensible still gives a type", () => {
  const odd = schemaFromOpenApi({ type: "object", properties: { a: 5, __proto__x: { type: 7 } } }, objectMeta);
  const value: JsonValue = { a: 1, __proto__x: 2 };
  assert.deepEqual(prune(value, odd), ["a"]);
});
