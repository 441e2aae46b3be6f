import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../object/field-error-message.ts";
import type { JsonObject } from "../object/json.ts";
import { findFaults } from "./check.ts";
import { conditions } from "./conditions.ts";
import { fields } from "./structure.ts";

const good = { type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "R", message: "" };
const faults = (...list: JsonObject[]): string[] => findFaults(fields({ c: conditions }), { c: list }).map(fieldErrorText);

test("a condition has a type of its own, a known status, a time and a reason", () => {
  assert.deepEqual(faults(good), []);
  assert.deepEqual(faults(good, { ...good, status: "Perhaps" }), [
    'c[1].type: Duplicate value: "Ready"',
    'c[1].status: Unsupported value: "Perhaps": supported values: "False", "True", "Unknown"',
  ]);
  assert.deepEqual(faults({ type: "Ready", status: "True", observedGeneration: -1 }), [
    "c[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero",
    "c[0].lastTransitionTime: Required value",
    "c[0].reason: Required value",
  ]);
  assert.equal(faults({ ...good, reason: "1" }).length, 1);
  assert.deepEqual(faults({ ...good, message: "m".repeat(32 * 1024 + 1) }), ["c[0].message: Too long: may not be more than 32768 bytes"]);
});
