import { getConformanceSuite } from "@bufbuild/cel-spec/testdata/tests.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf, runCase } from "./testing/conformance.ts";

const sections = [
  "basic",
  "comparisons",
  "conversions",
  "fields",
  "fp_math",
  "integer_math",
  "lists",
  "logic",
  "macros",
  "macros2",
  "optionals",
  "parse",
  "plumbing",
  "string",
  "string_ext",
  "timestamps",
  "type_deductions",
];

/** Cases that come out otherwise here, each with its reason. */
const exceptions = new Map<string, string>([
  ["string_ext/value_errors/indexof_out_of_range", "cel-go answers -1 beyond the end"],
  ["string_ext/value_errors/lastindexof_out_of_range", "cel-go answers -1 beyond the end"],
]);

const cases = casesOf(getConformanceSuite()).filter((each) => sections.includes(each.section));

for (const section of sections) {
  test(`the public conformance data holds: ${section}`, () => {
    const own = cases.filter((each) => each.section === section);
    assert.ok(own.length > 0);
    const failures = own.flatMap((each) => {
      const wrong = runCase(each);
      return wrong === undefined ? [] : [{ id: each.id, expr: each.test.original.expr, wrong }];
    });
    const unexpected = failures.filter(({ id }) => !exceptions.has(id));
    assert.deepEqual(unexpected, []);
    const failed = new Set(failures.map(({ id }) => id));
    const healed = [...exceptions.keys()].filter((id) => id.startsWith(`${section}/`) && !failed.has(id));
    assert.deepEqual(healed, [], "listed as exceptions, but they pass");
  });
}

test("no more than one case in a hundred is an exception", () => {
  assert.ok(exceptions.size * 100 <= cases.length, `${exceptions.size} of ${cases.length}`);
});
