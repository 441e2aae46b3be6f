import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../object/kube-object.ts";
import { acceptNames, namesConditions } from "./accept-names.ts";

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
  const verdict = acceptNames(definition(NAMES), []);
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
  const verdict = acceptNames(definition({ plural: "bars", singular: "bar", kind: "Foo", listKind: "BarList" }), [
    definition(NAMES, NAMES),
  ]);
  assert.deepEqual(verdict.refusal, { reason: "KindConflict", message: '"Foo" is already in use' });
  assert.deepEqual(verdict.acceptedNames, { plural: "bars", singular: "bar", kind: "", listKind: "BarList" });
  const short = acceptNames(definition({ ...NAMES, plural: "bazs", singular: "baz", kind: "Baz", listKind: "BazList" }), [
    definition(NAMES, NAMES),
  ]);
  assert.equal(short.refusal?.reason, "ShortNamesConflict");
});

test("a name that was accepted before stays accepted", () => {
  assert.equal(acceptNames(definition(NAMES, NAMES), [definition(NAMES, NAMES)]).refusal, undefined);
});
