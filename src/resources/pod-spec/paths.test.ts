import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../../object/field-error-message.ts";
import type { FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { Check } from "../../validation/check.ts";
import { descendingPath, nonReservedPath } from "./paths.ts";

const told = (check: Check, path: string): string[] => {
  const faults: FieldError[] = [];
  check(path, FieldPath.root.child("p"), faults, undefined);
  return faults.map(fieldErrorText).map((text) => text.replace(/^.*: must/, "must"));
};

test("a path stays below its place, and where names of the kubelet's own lie, begins with none of them", () => {
  const [up, dots] = ["must not contain '..'", "must not start with '..'"];
  const table: readonly (readonly [path: string, descending: readonly string[], nonReserved: readonly string[]])[] = [
    ["a/b..c", [], []],
    ["..a", [], [dots]],
    ["..", [up], [up, dots]],
    ["../a", [up], [up]],
    ["/a/..", ["must be a relative path", up], ["must be a relative path", up]],
  ];
  for (const [path, descending, nonReserved] of table)
    assert.deepEqual([told(descendingPath, path), told(nonReservedPath, path)], [descending, nonReserved], path);
});
