import { getComprehensionSuite, getParsingSuite } from "@bufbuild/cel-spec/testdata/tests.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment, activation, optionalLibrary, standardLibrary } from "./index.ts";
import { conformanceLibraries } from "./testing/conformance.ts";

const base = new Environment({ libraries: [standardLibrary(), optionalLibrary] });

/** Sources whose messages come out otherwise here, by how they begin, each with its reason. */
const exceptions = new Map<string, string>([
  ["[].existsOne(__result__", "read with a macro that the standard library does not have"],
  ["-[-1--1--1", "too deep and not well formed: we tell of all that is not well formed, but not of the depth"],
  ["ó", "read with a limit of four skipped tokens, which is not an option here"],
]);

test("faults are told in the words and at the places that people know", () => {
  const wrong: unknown[] = [];
  const passed = new Set<string>();
  for (const { original, error } of getParsingSuite().tests) {
    if (error === undefined) continue;
    const small = /limit exceeded: (32|4)|max recursion/.test(error);
    const environment = base.extend({
      parser: {
        optionalSyntax: !/unsupported syntax '[.[?]/.test(error),
        quotedFields: !/unsupported syntax: '`/.test(error),
        ...(small ? { maxDepth: 32, maxRecoveries: 4 } : {}),
      },
    });
    const wanted = error.replace(/^ERROR: (<input>)?:/gm, "ERROR: <input>:");
    const { message } = environment.compile(original.expr);
    const exception = [...exceptions.keys()].find((start) => original.expr.startsWith(start));
    if (message === wanted) passed.add(exception ?? "");
    else if (exception === undefined) wrong.push({ expr: original.expr, wanted, message });
  }
  assert.deepEqual(wrong, []);
  for (const exception of exceptions.keys()) assert.ok(!passed.has(exception), `${exception} is an exception, but it passes`);
});

test("expressions that parse elsewhere parse here", () => {
  for (const { original, ast } of getParsingSuite().tests) {
    if (ast === undefined) continue;
    const { issues } = base.parse(original.expr);
    assert.deepEqual(issues, [], original.expr);
  }
});

test("two-variable comprehensions come out as they should", () => {
  const environment = new Environment({ libraries: conformanceLibraries });
  for (const { original, error } of getComprehensionSuite().tests) {
    const { checked, message } = environment.compile(original.expr);
    if (checked === undefined) {
      assert.ok(error !== undefined, `${original.expr}: ${message}`);
      continue;
    }
    const result = environment.program(checked).evaluate(activation({}));
    assert.notEqual(result.value, false, original.expr);
  }
});
