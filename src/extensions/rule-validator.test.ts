import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../object/kube-object.ts";
import { RuleValidator } from "./rule-validator.ts";

const object = (spec: KubeObject["spec"]): KubeObject => ({
  apiVersion: "a.example.com/v1",
  kind: "A",
  metadata: { name: "a" },
  spec: spec ?? {},
});

test("a rule that does not compile refuses every object that has what it is about, until that is as it was", () => {
  const rules = RuleValidator.of({
    type: "object",
    properties: {
      spec: {
        "type": "object",
        "properties": { a: { type: "string" } },
        "x-kubernetes-validations": [{ rule: "self.nosuch == 1" }, { rule: "self.a != 'b'", message: "not b" }],
      },
    },
  });
  const faults = rules?.validate(object({ a: "b" }), undefined, []) ?? [];
  assert.deepEqual(
    faults.map(({ type, field, value }) => [type, field, value]),
    [
      ["Invalid", "spec", "object"],
      ["Invalid", "spec", undefined],
    ],
  );
  assert.match(faults[0]?.detail ?? "", /^rule compile error: compilation failed: ERROR: <input>:1:5: undefined field 'nosuch'/);
  assert.equal(faults[1]?.detail, "not b");
  assert.deepEqual(rules?.validate(object({ a: "b" }), object({ a: "b" }), []), []);
  assert.equal(rules?.validate({ apiVersion: "a.example.com/v1", kind: "A", metadata: { name: "a" } }, undefined, []).length, 0);
});
