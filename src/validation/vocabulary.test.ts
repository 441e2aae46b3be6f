import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../object/field-error-message.ts";
import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import { dnsLabel } from "../object/names.ts";
import { noteWrittenEmpty } from "../object/written-empty.ts";
import { changes, immutable, setOnce } from "./changes.ts";
import { findChangeFaults, findFaults, type Check } from "./check.ts";
import { distinct, uniqueBy } from "./lists.ts";
import { filled, forbidden, optional, present, required } from "./presence.ts";
import { nonNegative, oneOf, port, text } from "./scalars.ts";
import { all, each, fields, reportedAt, struct, union, within } from "./structure.ts";

function found(check: Check, object: ReadonlyJsonObject): string[] {
  return findFaults(check, object).map(fieldErrorText);
}

test("faults come in the table's order with the path walked", () => {
  const rules = fields({
    spec: fields({ ports: each(fields({ port: required(port), name: filled(text(dnsLabel)) })), mode: oneOf("A", "B") }),
  });
  assert.deepEqual(found(rules, { spec: { mode: "C", ports: [{ port: 1 }, { port: 70000 }, {}] } }), [
    "spec.ports[1].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
    "spec.ports[2].port: Required value",
    'spec.mode: Unsupported value: "C": supported values: "A", "B"',
  ]);
});

test("what is written empty is told as such where there was something, and is no change where there was nothing", () => {
  const object: JsonObject = {};
  noteWrittenEmpty(object, "a", []);
  const change = changes({ a: immutable() });
  assert.deepEqual(findChangeFaults(change, object, { a: [1] }).map(fieldErrorText), ["a: Invalid value: []: field is immutable"]);
  assert.deepEqual(findChangeFaults(change, object, {}), []);
});

test("an absent struct is read as an empty one", () => {
  assert.deepEqual(found(fields({ spec: fields({ name: required() }) }), {}), ["spec.name: Required value"]);
});

test("optional tells empty from absent, filled does not", () => {
  const label = text(dnsLabel);
  assert.equal(found(fields({ a: optional(label), b: filled(label) }), { b: "" }).length, 0);
  assert.equal(found(fields({ a: optional(label), b: filled(label) }), { a: "" }).length, 1);
});

test("required refuses the empty value, present takes it", () => {
  const rules = fields({ a: required(undefined, "say it"), b: present() });
  assert.deepEqual(found(rules, { a: "", b: "" }), ["a: Required value: say it"]);
  assert.deepEqual(found(rules, { a: "x" }), ["b: Required value"]);
});

test("a forbidden member must be absent", () => {
  assert.deepEqual(found(fields({ a: forbidden("not here") }), { a: "" }), ["a: Forbidden: not here"]);
});

test("of members that exclude one another the first is checked and the rest forbidden", () => {
  const source = union({ a: fields({ n: nonNegative }), b: required() }, { none: "say one", several: "only one" });
  assert.deepEqual(found(fields({ s: source }), { s: { b: "x", a: { n: -1 } } }), [
    "s.a.n: Invalid value: -1: must be greater than or equal to 0",
    "s.b: Forbidden: only one",
  ]);
  assert.deepEqual(found(fields({ s: source }), {}), ["s: Required value: say one"]);
});

test("repeats are found in texts and in items by name", () => {
  assert.deepEqual(found(fields({ l: distinct, m: uniqueBy("name") }), { l: ["a", "a"], m: [{ name: "x" }, {}, {}, { name: "x" }] }), [
    'l[1]: Duplicate value: "a"',
    'm[3].name: Duplicate value: "x"',
  ]);
});

test("faults can be reported elsewhere, and a context reaches what needs it", () => {
  const named: Check<{ known: string }> = struct((object, at, faults, context) => {
    if (object["name"] !== context.known) faults.push({ type: "NotFound", field: String(at), value: object["name"] });
  });
  const rules = fields({
    item: reportedAt(
      (at) => at.child("name"),
      within(() => ({ known: "k" }), named),
    ),
  });
  assert.deepEqual(found(all(rules), { item: { name: "z" } }), ['item.name: Not found: "z"']);
});

test("changes compare with what was", () => {
  const rules = changes({ spec: changes({ kind: immutable(), once: setOnce() }) });
  const texts = (object: ReadonlyJsonObject, old: ReadonlyJsonObject): string[] => findChangeFaults(rules, object, old).map(fieldErrorText);
  assert.deepEqual(texts({ spec: { kind: "b", once: "x" } }, { spec: { kind: "a" } }), [
    'spec.kind: Invalid value: "b": field is immutable',
  ]);
  assert.deepEqual(texts({ spec: {} }, { spec: { once: "x" } }), ["spec.once: Invalid value: null: field is immutable"]);
});
