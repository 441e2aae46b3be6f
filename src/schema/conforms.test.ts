import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { Conformance } from "./conforms.ts";
import { listTypeFaults, ValueValidator } from "./validate-value.ts";

const leaf = fc.oneof(
  fc.record(
    {
      type: fc.constantFrom("string", "integer", "number", "boolean"),
      nullable: fc.boolean(),
      minLength: fc.integer({ min: 0, max: 3 }),
      maxLength: fc.integer({ min: 0, max: 3 }),
      minimum: fc.integer({ min: -2, max: 2 }),
      maximum: fc.integer({ min: -2, max: 2 }),
      exclusiveMaximum: fc.boolean(),
      multipleOf: fc.constantFrom(2, 3),
      pattern: fc.constantFrom("^a", "b$", "("),
      format: fc.constantFrom("int32", "date", "ipv4", "unheard-of"),
      enum: fc.array(fc.constantFrom("a", "ab", 1, true), { minLength: 1, maxLength: 3 }),
      not: fc.constantFrom({ enum: ["a"] }, { minimum: 1 }),
      anyOf: fc.constantFrom([{ minLength: 1 }, { maximum: 1 }]),
    },
    { requiredKeys: [] },
  ),
  fc.constant({ "x-kubernetes-int-or-string": true }),
  fc.constant({ "x-kubernetes-int-or-string": true, "anyOf": [{ type: "integer" }, { type: "string" }], "maxLength": 1 }),
);

const { schema } = fc.letrec<{ schema: ReadonlyJsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf as unknown as fc.Arbitrary<ReadonlyJsonObject>,
    fc.record(
      {
        "type": fc.constant("array"),
        "items": tie("schema"),
        "minItems": fc.integer({ min: 0, max: 2 }),
        "maxItems": fc.integer({ min: 0, max: 2 }),
        "uniqueItems": fc.boolean(),
        "x-kubernetes-list-type": fc.constantFrom("atomic", "set"),
      },
      { requiredKeys: ["type", "items"] },
    ) as unknown as fc.Arbitrary<ReadonlyJsonObject>,
    fc.record(
      {
        type: fc.constant("object"),
        properties: fc.dictionary(fc.constantFrom("a", "b", "__proto__"), tie("schema"), { noNullPrototype: true }),
        additionalProperties: tie("schema"),
        required: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
        maxProperties: fc.integer({ min: 0, max: 2 }),
        minProperties: fc.integer({ min: 0, max: 2 }),
      },
      { requiredKeys: ["type"] },
    ) as unknown as fc.Arbitrary<ReadonlyJsonObject>,
  ),
}));

const { value } = fc.letrec<{ value: ReadonlyJson }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<ReadonlyJson[]>(
      "",
      "a",
      "ab",
      "\u{1F600}",
      "1.2.3.4",
      0,
      1,
      2,
      -1,
      1.5,
      2 ** 31,
      2 ** 40,
      5n as unknown as ReadonlyJson,
      true,
      null,
    ),
    fc.array(tie("value"), { maxLength: 3 }) as fc.Arbitrary<ReadonlyJson>,
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<ReadonlyJson>,
  ),
}));

test("what conforms has no fault that the validator would tell", () => {
  let conforming = 0;
  fc.assert(
    fc.property(schema, value, (openapi, one) => {
      if (!new Conformance(openapi).holds(one)) return;
      conforming++;
      assert.deepEqual([...new ValueValidator().validate(one, openapi), ...listTypeFaults(one, openapi)], []);
    }),
    { numRuns: 3000 },
  );
  assert.ok(conforming > 100, `only ${conforming} values conform`);
});

test("right values of plain schemas are known to be right, and a deep one is left to the validator", () => {
  const openapi = {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", maxLength: 5, minLength: 1, pattern: "^[a-z]+$" },
      port: { type: "integer", minimum: 0, maximum: 65536 },
      hosts: { type: "array", maxItems: 2, items: { type: "string", format: "ipv4" } },
      labels: { type: "object", additionalProperties: { type: "string" } },
      size: { "x-kubernetes-int-or-string": true },
    },
  };
  const conforms = new Conformance(openapi);
  assert.equal(conforms.holds({ name: "a", port: 80, hosts: ["1.2.3.4"], labels: { x: "y" }, size: 3, other: [] }), true);
  for (const wrong of [
    {},
    { name: "" },
    { name: "A" },
    { name: "a", port: "80" },
    { name: "a", labels: { x: 1 } },
    { name: "a", hosts: ["x"] },
  ])
    assert.equal(conforms.holds(wrong), false);
  let deep: ReadonlyJson = 1;
  for (let level = 0; level < 300; level++) deep = { a: deep };
  let schemaOfAll: ReadonlyJsonObject = {};
  for (let level = 0; level < 300; level++) schemaOfAll = { type: "object", properties: { a: schemaOfAll } };
  assert.equal(new Conformance(schemaOfAll).holds(deep), false);
});
