import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../object/kube-object.ts";
import { acceptNames, namesConditions } from "./accept-names.ts";
import { NamesInUse } from "./names-in-use.ts";

const NAMES = { plural: "foos", singular: "foo", kind: "Foo", listKind: "FooList", shortNames: ["fo"] };

function definition(names: Record<string, string | string[]>, accepted: Record<string, string | string[]> = {}): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "x" },
    spec: { names },
    status: { acceptedNames: accepted },
  };
}

test("a definition gets all names that nobody has", () => {
  const verdict = acceptNames(definition(NAMES), new NamesInUse());
  assert.deepEqual(verdict, { refusal: undefined, acceptedNames: NAMES });
  assert.deepEqual(
    namesConditions(definition(NAMES), verdict, "now").map(({ type, status, reason }) => [type, status, reason]),
    [
      ["NamesAccepted", "True", "NoConflicts"],
      ["Established", "True", "InitialNamesAccepted"],
    ],
  );
});

test("a name that another definition has is refused, the others are given", () => {
  const taken = new NamesInUse();
  taken.take("other", NAMES);
  const verdict = acceptNames(definition({ plural: "bars", singular: "bar", kind: "Foo", listKind: "BarList" }), taken);
  assert.deepEqual(verdict.refusal, { reason: "KindConflict", message: '"Foo" is already in use' });
  assert.deepEqual(verdict.acceptedNames, { plural: "bars", singular: "bar", kind: "", listKind: "BarList" });
  const short = acceptNames(definition({ ...NAMES, plural: "bazs", singular: "baz", kind: "Baz", listKind: "BazList" }), taken);
  assert.equal(short.refusal?.reason, "ShortNamesConflict");
});

test("a name that was accepted before stays accepted", () => {
  const taken = new NamesInUse();
  taken.take("other", NAMES);
  taken.take("x", NAMES);
  assert.equal(acceptNames(definition(NAMES, NAMES), taken).refusal, undefined);
});

test("a name is free again when the definition that had it is gone or got another, and nobody else has it", () => {
  const taken = new NamesInUse();
  taken.take("a", { plural: "foos", kind: "Foo" });
  taken.take("b", { plural: "foos", kind: "Bar" });
  assert.deepEqual([taken.hasResource("foos", "a"), taken.hasKind("Foo", "a"), taken.hasKind("Foo", "c")], [true, false, true]);
  taken.release("a");
  assert.deepEqual([taken.hasResource("foos", "b"), taken.hasResource("foos", "c")], [false, true]);
  taken.take("b", { plural: "bars", kind: "Bar" });
  assert.equal(taken.hasResource("foos", "c"), false);
});
