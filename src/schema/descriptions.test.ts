import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadDescriptions } from "./descriptions.ts";

test("descriptions are read on first use, and without a file there are none", () => {
  const folder = mkdtempSync(join(tmpdir(), "descriptions-"));
  const file = join(folder, "descriptions.json");
  const descriptions = loadDescriptions(file);
  writeFileSync(
    file,
    JSON.stringify({ types: { "a.Pod": { "": "A pod.", "spec": "Its spec." } }, columns: { "v1/pods": { Name: "The name." } } }),
  );
  assert.equal(descriptions.of("a.Pod"), "A pod.");
  assert.equal(descriptions.of("a.Pod", "spec"), "Its spec.");
  assert.equal(descriptions.of("a.Pod", "other"), undefined);
  assert.equal(descriptions.ofColumn("v1/pods", "Name"), "The name.");
  rmSync(folder, { recursive: true });
  assert.equal(loadDescriptions(file).of("a.Pod"), undefined);
});
