import assert from "node:assert/strict";
import { test } from "node:test";
import { firstIndex } from "./first-index.ts";

test("the first index from which on something holds is found, wherever it is", () => {
  for (let high = 0; high < 9; high++) {
    for (let low = 0; low <= high; low++) {
      for (let from = low; from <= high; from++)
        assert.equal(
          firstIndex(low, high, (index) => index >= from),
          from,
        );
    }
  }
});
