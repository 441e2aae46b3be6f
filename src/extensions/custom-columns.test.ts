import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../object/json.ts";
import { customColumns } from "./custom-columns.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");

const cases: readonly (readonly [type: string, value: JsonValue | undefined, cell: JsonValue])[] = [
  ["string", "s", "s"],
  ["string", 1.5, "1.5"],
  ["string", null, "<no value>"],
  ["string", undefined, null],
  ["string", { b: "<", a: [1] }, '{"a":[1],"b":"\\u003c"}'],
  ["integer", 7.9, 7],
  ["integer", "7", null],
  ["number", 10n ** 17n, 1e17],
  ["boolean", null, null],
  ["date", "2026-01-01T00:00:00Z", "24h"],
  ["date", "", "<unknown>"],
  ["date", "2026", "<invalid>"],
  ["date", 5, null],
];

for (const [type, value, expected] of cases) {
  test(`a column of type ${type} shows ${typeof value} ${String(value)} as ${String(expected)}`, () => {
    const [, column] = customColumns({ additionalPrinterColumns: [{ name: "C", type, jsonPath: ".spec.x" }] });
    const object = { apiVersion: "a/v1", kind: "K", metadata: {}, spec: value === undefined ? {} : { x: value } };
    assert.equal(column?.cell(object, NOW), expected);
  });
}
