import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import type { ReadonlyJson } from "../../object/json.ts";
import { embeddedFaults } from "./embedded-faults.ts";

const embedded = { "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true };
const openapi = { type: "object", properties: { one: embedded, map: { type: "object", additionalProperties: embedded } } };

test("objects within others say what they are, and have metadata as any object", () => {
  const whole = { apiVersion: "v1", kind: "A" };
  const rows: readonly [ReadonlyJson, readonly string[]][] = [
    [{ one: { ...whole, metadata: { namespace: "a", finalizers: ["x"] } } }, []],
    [{ map: { "a b": { apiVersion: "" } } }, ["map[a b].apiVersion: Required value", "map[a b].kind: Required value"]],
    [{ one: { ...whole, apiVersion: "a/b/c" } }, ['one.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c']],
    [{ one: { ...whole, metadata: { name: "a/b" } } }, ["one.metadata.name: Invalid value: \"a/b\": may not contain '/'"]],
    [
      { one: { ...whole, metadata: { generation: -1 } } },
      ["one.metadata.generation: Invalid value: -1: must be greater than or equal to 0"],
    ],
  ];
  for (const [value, wanted] of rows) assert.deepEqual(embeddedFaults(value, openapi).map(fieldErrorText), wanted, JSON.stringify(value));
});

test("a kind is a label in mixed case", () => {
  assert.deepEqual(embeddedFaults({ one: { apiVersion: "v1", kind: "FooBar" } }, openapi), []);
  const [fault] = embeddedFaults({ one: { apiVersion: "v1", kind: "Foo Bar" } }, openapi).map(fieldErrorText);
  assert.match(fault ?? "", /^one\.kind: Invalid value: "Foo Bar": may have mixed case, but should otherwise match: a DNS-1035 label must/);
});
