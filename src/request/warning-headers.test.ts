import assert from "node:assert/strict";
import { test } from "node:test";
import { warningHeaders } from "./warning-headers.ts";

void test("warnings are quoted, in UTF-8, and those with control characters are left out", () => {
  const headers = warningHeaders(["one", 'two "quoted" \\ back', "new\nline", "", "ünïcode ☃"]);
  assert.deepEqual(
    headers.map((header) => Buffer.from(header, "latin1").toString("utf8")),
    ['299 - "one"', '299 - "two \\"quoted\\" \\\\ back"', '299 - "ünïcode ☃"'],
  );
});

void test("warnings that are too much together are cut, and the last of them left out", () => {
  const long = Array.from({ length: 40 }, (_, i) => `${i} ${"x".repeat(1000)}`);
  const headers = warningHeaders(long);
  assert.equal(headers.length, 16);
  assert.ok(headers.every((header) => header.length === 256 + '299 - ""'.length));
  assert.equal(warningHeaders(long.slice(0, 4))[0]?.length, 1002 + 8);
  assert.equal(warningHeaders(["☃".repeat(9000)])[0]?.length, 3 * 256 + 8);
});
