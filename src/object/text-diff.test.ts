import assert from "node:assert/strict";
import { test } from "node:test";
import { unifiedDiff } from "./text-diff.ts";

const lines = (...texts: string[]): string => texts.join("\n");

test("a changed line stands with three lines of context on each side", () => {
  const a = lines("1", "2", "3", "4", "5", "6", "7", "8", "9");
  assert.equal(unifiedDiff(a, a.replace("5", "five")), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
});

test("lines that came or went are counted in the header", () => {
  assert.equal(unifiedDiff(lines("a", "b"), lines("a", "x", "b")), "@@ -1,2 +1,3 @@\n a\n+x\n b\n");
  assert.equal(unifiedDiff("a", lines("a", "b")), "@@ -1 +1,2 @@\n a\n+b\n");
});

test("changes far apart are told apart, near ones together", () => {
  const a = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const far = a.map((line, i) => (i === 2 || i === 17 ? `${line}!` : line));
  const near = a.map((line, i) => (i === 2 || i === 6 ? `${line}!` : line));
  assert.equal(unifiedDiff(lines(...a), lines(...far))?.match(/^@@/gm)?.length, 2);
  assert.equal(unifiedDiff(lines(...a), lines(...near))?.match(/^@@/gm)?.length, 1);
});

test("equal texts have no difference", () => {
  assert.equal(unifiedDiff("a\nb", "a\nb"), "");
});

test("texts too long to compare in time are not compared", () => {
  const long = "x\n".repeat(10_000);
  assert.equal(unifiedDiff(long, `${long}y`), undefined);
});
