import assert from "node:assert/strict";
import { test } from "node:test";
import { answersProgressRightly } from "./version.ts";

test("progress is asked only of members whose answer can be relied on", () => {
  for (const version of ["3.4.31", "3.5.13", "3.5.16", "3.6.0", "3.6.0-rc.1", "4.0.0"])
    assert.equal(answersProgressRightly(version), true, version);
  for (const version of ["3.3.27", "3.4.23", "3.4.30", "3.5.0", "3.5.12", "", "new"])
    assert.equal(answersProgressRightly(version), false, version);
});
