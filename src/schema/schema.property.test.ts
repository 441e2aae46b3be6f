import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject, JsonValue, ReadonlyJsonObject } from "../object/json.ts";
import { copyJson } from "../object/json.ts";
import { decode } from "./decode.ts";
import { applyDefaults, dropNulls } from "./default.ts";
import { schemaFromOpenApi } from "./from-openapi.ts";
import { loadTypes } from "./load.ts";
import { prune } from "./prune.ts";
import type { ObjectSchema } from "./schema.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36/", import.meta.url));
const objectMeta = types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

const names = ["a", "b", "__proto__", "constructor", "toString", "1", ""];

/** Structural schemas over a few names, those of Object's own members among them. */
const openapi = fc.letrec<{ node: ReadonlyJsonObject }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<ReadonlyJsonObject>(
      { type: "string" },
      { type: "string", default: "d" },
      { type: "integer", nullable: true },
      { type: "boolean" },
      { type: "number", default: 1.5 },
      { "x-kubernetes-int-or-string": true },
      { "x-kubernetes-preserve-unknown-fields": true },
    ),
    fc
      .tuple(fc.uniqueArray(fc.tuple(fc.constantFrom(...names), tie("node")), { selector: ([name]) => name }), fc.boolean(), fc.boolean())
      .map(([properties, preserve, embedded]) => ({
        type: "object",
        properties: Object.fromEntries(properties),
        ...(preserve && { "x-kubernetes-preserve-unknown-fields": true }),
        ...(embedded && { "x-kubernetes-embedded-resource": true }),
      })),
    tie("node").map((items) => ({ type: "array", items })),
    tie("node").map((values) => ({ type: "object", additionalProperties: values })),
  ),
})).node;

const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<JsonValue>(null, true, false, 0, -0, 1, 1.5, 1e30, 2n ** 63n, "", "x", "1Gi", "QQ==", "2020-01-02T03:04:05Z"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...names, "spec", "metadata", "name", "containers", "labels", "data"), tie("value")), {
        maxLength: 4,
      })
      .map((members) => Object.fromEntries(members) as JsonValue),
  ),
})).value;

const builtIn = fc.constantFrom(
  ...[
    "core.v1.Pod",
    "core.v1.ConfigMap",
    "core.v1.Secret",
    "apps.v1.Deployment",
    "core.v1.ResourceQuota",
    "core.v1.Event",
    "rbac.v1.ClusterRole",
  ].map((name) => types.schemaFor(`io.k8s.api.${name}`)),
  types.schemaFor("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition"),
);

/** Values that are near a type: mostly its own members with values that mostly fit. */
function near(schema: ObjectSchema, depth = 0): fc.Arbitrary<JsonValue> {
  if (schema.fields.size === 0) return fc.constant({});
  const member = fc.constantFrom(...schema.fields.values()).chain((field) => {
    const inner = field.schema.type === "list" ? field.schema.items : field.schema.type === "map" ? field.schema.values : field.schema;
    const one: fc.Arbitrary<JsonValue> = inner.type === "object" && depth < 5 ? near(inner, depth + 1) : json;
    const fit =
      field.schema.type === "list"
        ? fc.array(one, { maxLength: 2 })
        : field.schema.type === "map"
          ? one.map((value) => ({ k: value }))
          : one;
    return fc.tuple(fc.constant(field.name), fc.oneof({ weight: 6, arbitrary: fit }, { weight: 1, arbitrary: json }));
  });
  return fc.array(member, { maxLength: 4 }).map((members) => Object.fromEntries(members) as JsonValue);
}

const runs = { numRuns: 300 };

test("what was decoded decodes to itself, and nothing but a declared message ever comes back", () => {
  fc.assert(
    fc.property(
      builtIn.chain((schema) => fc.tuple(fc.constant(schema), near(schema))),
      ([schema, value]) => {
        const first = decode(copyJson(value), schema);
        if (!first.ok) {
          assert.equal(typeof first.message, "string");
          return;
        }
        const second = decode(copyJson(first.value), schema);
        assert.ok(second.ok, "a decoded value is accepted");
        assert.deepEqual(second.value, first.value);
        assert.deepEqual(second.strict, []);
      },
    ),
    runs,
  );
});

test("pruning twice takes out nothing more, and neither do defaults after defaults change anything", () => {
  fc.assert(
    fc.property(openapi, json, (document, value) => {
      const schema = schemaFromOpenApi(document, objectMeta);
      prune(value, schema);
      assert.deepEqual(prune(value, schema), []);
      dropNulls(value, schema);
      applyDefaults(value, schema);
      const once = copyJson(value);
      applyDefaults(value, schema);
      assert.deepEqual(value, once);
    }),
    runs,
  );
});

test("no key reaches a prototype", () => {
  fc.assert(
    fc.property(builtIn, openapi, json, (schema, document, value) => {
      decode(copyJson(value), schema);
      const custom = schemaFromOpenApi(document, objectMeta);
      applyDefaults(value, custom);
      prune(value, custom);
      const bare: JsonObject = {};
      assert.equal(Object.keys(Object.prototype).length, 0);
      for (const name of ["a", "b", "name", "labels"]) assert.equal(name in bare, false);
    }),
    runs,
  );
});

test("nesting without end is refused, not followed", () => {
  let props: JsonObject = { type: "object" };
  for (let i = 0; i < 5000; i++) props = { type: "object", properties: { a: props } };
  const crd = types.schemaFor("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
  const decoded = decode(props, crd);
  assert.deepEqual(decoded, { ok: false, message: "exceeded max depth" });
});
