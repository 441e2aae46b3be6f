import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldError } from "../../object/field-error.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { RuleValidator } from "./rule-validator.ts";

const object = (spec: KubeObject["spec"]): KubeObject => ({
  apiVersion: "a.example.com/v1",
  kind: "A",
  metadata: { name: "a" },
  spec: spec ?? {},
});

test("a rule that does not compile refuses every object that has what it is about", () => {
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
  const again = rules?.validate(object({ a: "b" }), object({ a: "b" }), []) ?? [];
  assert.equal(again.length, 1);
  assert.equal(rules?.validate({ apiVersion: "a.example.com/v1", kind: "A", metadata: { name: "a" } }, undefined, []).length, 0);
});

const ruled = (rules: ReadonlyJsonObject, member: ReadonlyJsonObject = {}): RuleValidator => {
  const made = RuleValidator.of({
    type: "object",
    properties: { spec: { "type": "object", "properties": member, "x-kubernetes-validations": [rules] } },
  });
  assert.ok(made !== undefined);
  return made;
};
const details = (faults: readonly FieldError[]): (string | undefined)[] => faults.map(({ detail }) => detail);

test("what a rule finds in what an update leaves as it was is only told, also below a list that has not changed", () => {
  const rules = RuleValidator.of({
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          other: { type: "string" },
          list: { type: "array", items: { "type": "string", "x-kubernetes-validations": [{ rule: "self != 'bad'" }] } },
        },
      },
    },
  });
  assert.ok(rules !== undefined);
  const before = object({ list: ["bad"] });
  const after = object({ list: ["bad"], other: "new" });
  const told: FieldError[] = [];
  assert.deepEqual(rules.validate(after, before, [], told), []);
  assert.deepEqual(details(told), ["failed rule: self != 'bad'"]);
  assert.deepEqual(details(rules.validate(object({ list: ["bad", "x"] }), before, [])), ["failed rule: self != 'bad'"]);
});

test("a rule that fails to run refuses an update even of what it leaves as it was", () => {
  const rules = ruled({ rule: "self.a == 'x'" }, { a: { type: "string" }, b: { type: "string" } });
  assert.deepEqual(details(rules.validate(object({ b: "1" }), object({ b: "1" }), [])), ["no such key: a evaluating rule: self.a == 'x'"]);
});

test("faults of running say what clients know", () => {
  const intOrString = { a: { "x-kubernetes-int-or-string": true } };
  assert.deepEqual(details(ruled({ rule: "self.a > 1" }, intOrString).validate(object({ a: "x" }), undefined, [])), [
    "'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.a > 1",
  ]);
  const list = { l: { type: "array", items: { type: "integer" } } };
  const dear = ruled({ rule: "self.l.all(a, self.l.all(b, self.l.all(c, a + b + c > 0)))", message: "dear" }, list);
  const many = object({ l: Array.from({ length: 100 }, () => 1) });
  assert.deepEqual(details(dear.validate(many, undefined, [])), [
    "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: dear",
  ]);
});

test("a message that an expression makes is trimmed, and not used where it has line breaks or is too long", () => {
  const text = (messageExpression: string): string | undefined =>
    details(ruled({ rule: "false", messageExpression }, { a: { type: "string" } }).validate(object({ a: "b" }), undefined, []))[0];
  assert.equal(text(String.raw`'x\n'`), "x");
  assert.equal(text(String.raw`'x\ny'`), "failed rule: false");
  assert.equal(text(`'${"x".repeat(5121)}'`), "failed rule: false");
});

test("members of what is replaced as a whole have no past", () => {
  const rules = RuleValidator.of({
    type: "object",
    properties: {
      spec: {
        "type": "object",
        "x-kubernetes-map-type": "atomic",
        "properties": { a: { "type": "string", "x-kubernetes-validations": [{ rule: "self == oldSelf" }] } },
      },
    },
  });
  assert.deepEqual(rules?.validate(object({ a: "new" }), object({ a: "old" }), []), []);
});

test("items of a list are told apart by keys of any size", () => {
  const item = { type: "object", properties: { id: { type: "integer" }, v: { type: "string" } }, required: ["id"] };
  const rules = RuleValidator.of({
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          list: {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["id"],
            "items": { ...item, "x-kubernetes-validations": [{ rule: "self.v == oldSelf.v" }] },
          },
        },
      },
    },
  });
  const list = (...ids: bigint[]) => object({ list: ids.map((id, index) => ({ id, v: `${index}` })) });
  const [one, other] = [9_007_199_254_740_993n, 9_007_199_254_740_995n];
  assert.deepEqual(rules?.validate(list(one, other), list(one), []), []);
  assert.equal(rules?.validate(list(other, one), list(one), []).length, 1);
});
