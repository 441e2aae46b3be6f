import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../object/field-error-message.ts";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { customFaults } from "./custom-faults.ts";

const text = { type: "string" };
const faults = customFaults(() => ({
  type: "object",
  properties: {
    inner: { "type": "object", "x-kubernetes-embedded-resource": true },
    set: { "type": "array", "x-kubernetes-list-type": "set", "items": text },
    map: {
      "type": "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["k"],
      "items": { type: "object", properties: { k: text } },
    },
  },
}));
const object = (more: JsonObject): KubeObject => ({ apiVersion: "a.b/v1", kind: "A", metadata: { name: "a" }, ...more });
const told = (now: JsonObject, old?: JsonObject, door: "main" | "status" = "main"): string[] =>
  faults.of(object(now), old === undefined ? undefined : object(old), [], door).map(fieldErrorText);

test("what stands more than once is told once, after what lies within", () => {
  assert.deepEqual(told({ set: ["a", "b", "a", "a", "b"], inner: { apiVersion: "v1", kind: "" } }), [
    "inner.kind: Required value",
    'set[2]: Duplicate value: "a"',
    'set[4]: Duplicate value: "b"',
  ]);
});

test("a list by keys has objects alone", () => {
  assert.deepEqual(told({ map: [{ k: "a" }, "x", { k: "a" }] }).slice(1), [
    'map[1]: Invalid value: "x": must be an object for an array of list-type map',
  ]);
});

test("an update may leave lists as wrong as they were, and no object within", () => {
  const old = { set: ["a", "a"], inner: { apiVersion: "", kind: "" } };
  assert.deepEqual(told({ ...old, set: ["b", "b"] }, old), ["inner.apiVersion: Required value", "inner.kind: Required value"]);
  assert.deepEqual(told({ ...old, set: ["b", "b"] }, old, "status"), []);
  assert.deepEqual(told({ set: ["b", "b"] }, { set: ["a"] }), ['set[1]: Duplicate value: "b"']);
});

test("what rules find in what an update leaves as it was is kept to be told", () => {
  const ruled = customFaults(() => ({
    type: "object",
    properties: { a: { ...text, "x-kubernetes-validations": [{ rule: "self != 'bad'" }] }, b: text },
  }));
  const [old, now, good] = [object({ a: "bad" }), object({ a: "bad", b: "new" }), object({ a: "good" })];
  assert.deepEqual(ruled.of(now, old, [], "main"), []);
  assert.deepEqual(ruled.unchanged(now).map(fieldErrorText), [`a: Invalid value: "bad": failed rule: self != 'bad'`]);
  assert.deepEqual(ruled.of(good, old, [], "main"), []);
  assert.deepEqual(ruled.unchanged(good), []);
});
