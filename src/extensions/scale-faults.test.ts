import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../object/field-error-message.ts";
import type { JsonObject } from "../object/json.ts";
import { scaleFaults } from "./scale-faults.ts";

const scale = { specReplicasPath: ".spec.a.replicas", statusReplicasPath: ".status.replicas", labelSelectorPath: ".status.selector" };
const faults = (object: JsonObject, door: "main" | "status" = "main"): string[] => scaleFaults(object, scale, door).map(fieldErrorText);

test("what a scale is read from may be absent, but is of its type where it is there", () => {
  const rows: readonly [JsonObject, readonly string[]][] = [
    [{}, []],
    [{ spec: null, status: { replicas: 1, selector: "a=b" } }, []],
    [
      { spec: { a: [1, { b: null }] } },
      [
        ".spec.a.replicas: Invalid value: 0: .spec.a.replicas accessor error: [1 map[b:<nil>]] is of the type []interface {}, expected map[string]interface{}",
      ],
    ],
    [
      { spec: { a: { replicas: null } }, status: { replicas: 1.5, selector: true } },
      [
        ".spec.a.replicas: Invalid value: 0: .spec.a.replicas accessor error: <nil> is of the type <nil>, expected int64",
        ".status.replicas: Invalid value: 0: .status.replicas accessor error: 1.5 is of the type float64, expected int64",
        '.status.selector: Invalid value: "": .status.selector accessor error: true is of the type bool, expected string',
      ],
    ],
  ];
  for (const [object, expected] of rows) assert.deepEqual(faults(object), expected);
});

test("through the status' door what is wanted is not looked at", () => {
  const object = { spec: { a: { replicas: -1 } }, status: { replicas: -1 } };
  assert.deepEqual(faults(object, "status"), [".status.replicas: Invalid value: -1: should be a non-negative integer"]);
  assert.equal(faults(object).length, 2);
  assert.deepEqual(scaleFaults(object, undefined, "main"), []);
});
