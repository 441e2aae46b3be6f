import assert from "node:assert/strict";
import { test } from "node:test";
import { testRegistry } from "./test-registry.ts";

test("the warnings that a large body earns are not compared with one another", { timeout: 10_000 }, async () => {
  const env = Array.from({ length: 40_000 }, () => ({ name: "A" }));
  const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "x", env }] } };
  const { status, warnings } = await testRegistry().call("POST", "/api/v1/namespaces/a/pods", pod);
  assert.deepEqual([status, warnings.length], [201, 39_999]);
});
