import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrorText } from "../object/field-error-message.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { dnsSubdomain } from "../object/names.ts";
import { invalid } from "../object/status.ts";
import { validateObjectMeta, validateObjectMetaUpdate, type MetaRules } from "./object-meta.ts";

const rules: MetaRules = { namespaced: true, nameRule: (name) => dnsSubdomain(name), qualifiedFinalizers: true };

function created(metadata: ReadonlyJsonObject, changed: Partial<MetaRules> = {}): string[] {
  const meta = { name: "a", namespace: "ns", ...metadata };
  return validateObjectMeta({ metadata: meta }, { ...rules, ...changed }).map(fieldErrorText);
}

function updated(metadata: ReadonlyJsonObject, old: ReadonlyJsonObject = {}, changed: Partial<MetaRules> = {}): string[] {
  const before = { name: "a", namespace: "ns", uid: "u", resourceVersion: "1", ...old };
  const faults = validateObjectMetaUpdate({ metadata: { ...before, ...metadata } }, { metadata: before }, { ...rules, ...changed });
  return faults.map(fieldErrorText);
}

test("an object needs a name, and a namespace only where its kind has them", () => {
  assert.deepEqual(created({ name: "" }), ["metadata.name: Required value: name or generateName is required"]);
  assert.deepEqual(created({ namespace: "" }), ["metadata.namespace: Required value"]);
  assert.deepEqual(created({}, { namespaced: false }), ["metadata.namespace: Forbidden: not allowed on this type"]);
});

test("finalizers are qualified names, and of built-in kinds in a domain or known", () => {
  const undomained = 'metadata.finalizers[0]: Invalid value: "foo": name is neither a standard finalizer name nor is it fully qualified';
  assert.deepEqual(created({ finalizers: ["foo"] }), [undomained]);
  assert.deepEqual(created({ finalizers: ["foo"] }, { qualifiedFinalizers: false }), []);
  assert.deepEqual(created({ finalizers: ["orphan", "foregroundDeletion"] }), [
    'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
  ]);
});

test("very many labels and controllers that are wrong are told, without filling memory", () => {
  const labels = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`!${i}`, ""]));
  assert.equal(created({ labels }).length, 200_000);
  const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true };
  const metadata = { name: "a", namespace: "ns", ownerReferences: Array.from({ length: 20_000 }, () => owner) };
  const faults = validateObjectMeta({ metadata }, rules);
  assert.equal(faults.length, 19_999);
  assert.ok(invalid({ group: "", kind: "Pod" }, "a", faults).message.length < 2 ** 25);
});

test("one owner at most controls, and events own nothing", () => {
  const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true };
  assert.match(
    created({ ownerReferences: [owner, { ...owner, name: "q" }] })[0] ?? "",
    /Only one reference can have Controller set to true\. Found "true" in references for Pod\/p and Pod\/q$/,
  );
  assert.match(created({ ownerReferences: [{ ...owner, kind: "Event" }] })[0] ?? "", /\/v1, Kind=Event is disallowed from being an owner$/);
});

test("annotations have a size together", () => {
  assert.deepEqual(created({ annotations: { a: "x".repeat(262144) } }), [
    "metadata.annotations: Too long: may not be more than 262144 bytes",
  ]);
});

test("updates tell each fault as often as it is looked for", () => {
  const label = { labels: { "a b": "c" } };
  assert.equal(updated(label).length, 4);
  assert.equal(updated(label, {}, { updates: { asChanged: 1, asWhole: 0 } }).length, 3);
  const immutable = 'metadata.uid: Invalid value: "v": field is immutable';
  assert.deepEqual(updated({ uid: "v" }), [immutable, immutable]);
  const wholly = (asWhole: 1 | 2): Partial<MetaRules> => ({ updates: { asChanged: 0, asWhole } });
  assert.equal(updated(label, {}, wholly(1)).length, 3);
  assert.equal(updated(label, {}, wholly(2)).length, 4);
  assert.deepEqual(updated({ uid: "v" }, {}, wholly(2)), [immutable]);
});

test("no finalizer comes to an object that is being deleted", () => {
  const faults = updated({ finalizers: ["a.b/c", "a.b/new"] }, { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a.b/c"] });
  assert.equal(
    faults[0],
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/new"}',
  );
});
