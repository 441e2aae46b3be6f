import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exactFields, formatFieldSelector, matchesFields, parseFieldSelector } from "./field-selector.ts";
import {
  exactLabels,
  formatLabelSelector,
  labelSelectorFromObject,
  matchesLabels,
  parseLabelSelector,
  SelectorError,
} from "./label-selector.ts";

const labels = { app: "web", tier: "front", n: "5", in: "x" };

test("matches by every operator", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["", true],
    ["app", true],
    ["nope", false],
    ["!nope", true],
    ["!app", false],
    ["app=web", true],
    ["app==web,tier=back", false],
    ["app!=web", false],
    ["nope!=web", true],
    ["app in (web, api)", true],
    ["app notin (web)", false],
    ["nope notin (web)", true],
    ["n>4,n<6", true],
    ["n>5", false],
    ["app>1", false],
    ["in in (x)", true],
    ["in=x", true],
    ["app in ()", false],
    ["nope=", false],
    ["constructor", false],
  ];
  for (const [text, expected] of cases) assert.equal(matchesLabels(parseLabelSelector(text), labels), expected, text);
});

test("says in the original's words what it cannot read", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a===b", "unable to parse requirement: found '=', expected: identifier"],
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a in (b,", "unable to parse requirement: found '', expected: ',', or identifier"],
    ["a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ["a!b", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    ["a>1x", "unable to parse requirement: values[0]: Invalid value: \"1x\": for 'Gt', 'Lt' operators, the value must be an integer"],
    ["a=b c", "found 'c', expected: ',' or 'end of string'"],
    ["!!", "unable to parse requirement: found '!', expected: identifier"],
    ["a,", "found '', expected: identifier after ','"],
    [",a", "found ',', expected: !, identifier, or 'end of string'"],
    ["!a=b", "found '=', expected: ',' or 'end of string'"],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseLabelSelector(text),
      (error) => error instanceof SelectorError && error.message === message,
      text,
    );
  }
  assert.throws(() => parseLabelSelector("-a"), /^Error: unable to parse requirement: <nil>: Invalid value: "-a": name part must/);
  assert.throws(
    () => parseLabelSelector("a=-"),
    /^Error: unable to parse requirement: values\[0\]\[a\]: Invalid value: "-": a valid label/,
  );
});

test("prints requirements by key and values in order, and reads that back", () => {
  const selector = parseLabelSelector("z==1 , b notin(y,x,), !c,a=");
  assert.equal(formatLabelSelector(selector), "a=,b notin (,x,y),!c,z==1");
  assert.deepEqual(parseLabelSelector(formatLabelSelector(selector)), selector);
});

test("makes selectors of objects: absent selects nothing, empty everything", () => {
  assert.equal(matchesLabels(labelSelectorFromObject(undefined), labels), false);
  assert.equal(matchesLabels(labelSelectorFromObject({}), undefined), true);
  const selector = labelSelectorFromObject({
    matchLabels: { app: "web" },
    matchExpressions: [{ key: "tier", operator: "In", values: ["front"] }],
  });
  assert.equal(matchesLabels(selector, labels), true);
  assert.deepEqual(
    [...exactLabels(selector)],
    [
      ["app", "web"],
      ["tier", "front"],
    ],
  );
  assert.throws(
    () => labelSelectorFromObject({ matchExpressions: [{ key: "a", operator: "Bogus" }] }),
    /"Bogus" is not a valid label selector operator/,
  );
});

test("any text is a selector or a SelectorError", () => {
  const pieces = fc.array(fc.constantFrom("a", "b.c/d", "in", "notin", "(", ")", ",", "=", "!", ">", "<", " ", "\0", "é"));
  fc.assert(
    fc.property(pieces, (parts) => {
      for (const parse of [parseLabelSelector, parseFieldSelector]) {
        try {
          parse(parts.join(""));
        } catch (error) {
          if (!(error instanceof SelectorError)) throw error;
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("field selectors know equality and inequality, with escapes", () => {
  const fields = new Map([
    ["metadata.name", "a"],
    ["x", "p,q"],
  ]);
  const read = (field: string): string => fields.get(field) ?? "";
  const matches = (text: string): boolean => matchesFields(parseFieldSelector(text), read);
  assert.equal(matches(""), true);
  assert.equal(matches("metadata.name=a"), true);
  assert.equal(matches("metadata.name==a,metadata.name!=b"), true);
  assert.equal(matches("metadata.name!=a"), false);
  assert.equal(matches("absent="), true);
  assert.equal(matches("x=p\\,q"), true);
  assert.equal(formatFieldSelector(parseFieldSelector("x==p\\,q,a!=1")), "a!=1,x=p\\,q");
  assert.deepEqual([...exactFields(parseFieldSelector("a=1,b!=2"))], [["a", "1"]]);
  assert.deepEqual(parseFieldSelector("==,!=,a=").requirements, [{ field: "a", operator: "=", value: "" }]);
});

test("field selectors say what is wrong", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ["a=1,b>1", "invalid selector: 'a=1,b>1'; can't understand 'b>1'"],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
    ["a=\\b", "invalid field selector: invalid escape sequence: \\b"],
    ["a=b\\", "invalid field selector: invalid escape sequence: \\"],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseFieldSelector(text),
      (error) => error instanceof SelectorError && error.message === message,
      text,
    );
  }
});
