import assert from "node:assert/strict";
import { test } from "node:test";
import { flagRows } from "../src/config/flags.ts";
import { readReadme, withReference } from "./reference.ts";

test("the README's reference of flags is what the table says", () => {
  const { text } = readReadme();
  assert.ok(withReference(text) === text, "README.md is behind src/config/flags.ts: npm run build && npm run fix");
});

test("the reference has a line for every flag", () => {
  const { text } = readReadme();
  for (const [name] of flagRows()) assert.ok(text.includes(`| \`--${name}\` |`), `--${name}`);
});
