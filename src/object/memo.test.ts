import assert from "node:assert/strict";
import { test } from "node:test";
import { memo } from "./memo.ts";

test("what was made is kept for so many keys, and made again after that", () => {
  let made = 0;
  const upper = memo(2, (text: string) => `${text.toUpperCase()}${++made}`);
  assert.deepEqual([upper("a"), upper("b"), upper("a")], ["A1", "B2", "A1"]);
  assert.deepEqual([upper("c"), upper("a"), upper("c")], ["C3", "A4", "C3"]);
});
