import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment, activation, compileUnchecked, costExceeded, types } from "../index.ts";
import type { Value } from "../index.ts";
import { kubernetesEnvironment } from "./environment.ts";
import { readJson } from "./json.ts";
import { estimateCost } from "../estimate.ts";
import { conformanceLibraries } from "../testing/conformance.ts";

const environment = new Environment({
  libraries: conformanceLibraries,
  variables: [
    ["x", types.dynType],
    ["l", types.listType(types.intType)],
  ],
});
const kubernetes = kubernetesEnvironment().extend({
  variables: [
    ["x", types.dynType],
    ["l", types.listType(types.intType)],
  ],
});
const limit = 20_000;

function variables(x: Value): ReturnType<typeof activation> {
  return activation({ x, l: readJson([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) });
}

/** Compiles and runs a source, checked and unchecked. What it may do is come out, or be refused; nothing else. */
function survives(source: string, x: Value): void {
  survivesIn(environment, source, x);
  survivesIn(kubernetes, source, x);
}

function survivesIn(environment: Environment, source: string, x: Value): void {
  const parsed = environment.parse(source);
  const { checked } = environment.compile(source);
  const programs = parsed.expr === undefined ? [] : [compileUnchecked(parsed.expr, environment)];
  if (checked !== undefined) {
    const { min, max } = estimateCost(checked);
    assert.ok(min >= 0 && max >= min, `${source}: ${min} to ${max}`);
    programs.push(environment.program(checked));
  }
  for (const program of programs) {
    const result = program.evaluate(variables(x), { costLimit: limit });
    assert.ok(result.error === undefined || typeof result.error.message === "string");
    assert.ok(result.cost <= limit || result.error?.message === costExceeded, `${source} cost ${result.cost}`);
  }
}

const tokens = [
  "x",
  "l",
  "1",
  "0",
  "-",
  "2.5",
  "3u",
  "'a'",
  '"b\\n"',
  "b'c'",
  "true",
  "false",
  "null",
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  ".",
  ",",
  ":",
  "?",
  "+",
  "*",
  "/",
  "%",
  "==",
  "!=",
  "<",
  ">=",
  "&&",
  "||",
  "!",
  "in",
  "has",
  "size",
  "map",
  "filter",
  "all",
  "exists",
  "exists_one",
  "optMap",
  "int",
  "string",
  "__proto__",
  "constructor",
  "`a b`",
  "// c\n",
  "@",
  "\\",
  "matches",
  "format",
  "sortBy",
  "transformMap",
  "9223372036854775807",
  "0x7f",
  "\u{1f600}",
];

test("no stream of tokens does anything but come out or be refused", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 25 }), fc.jsonValue(), (stream, x) => {
      survives(stream.join(" "), readJson(x));
    }),
    { numRuns: 1500 },
  );
});

const { tree } = fc.letrec<{ tree: string }>((tie) => {
  const t = tie("tree");
  const text = fc.constantFrom("'abc'", "''", "x", "x.a", "string(x)", "'%s'");
  const leaf = fc.constantFrom(
    "1",
    "-1",
    "0",
    "2.5",
    "3u",
    "true",
    "null",
    "x",
    "l",
    "'abc'",
    "[1, 2]",
    "{'a': 1}",
    "b'x'",
    "x.__proto__",
    "9223372036854775807",
  );
  const member = (name: string) => fc.tuple(t, t).map(([a, b]) => `(${a}).${name}(y, ${b})`);
  return {
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.tuple(t, fc.constantFrom("+", "-", "*", "/", "%", "==", "<", "&&", "||", "in"), t).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(t, t, t).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(t, t).map(([a, b]) => `(${a})[${b}]`),
      fc.tuple(t, fc.constantFrom("a", "?b", "toString")).map(([a, field]) => `(${a}).${field}`),
      fc
        .tuple(
          fc.constantFrom(
            "size",
            "int",
            "string",
            "double",
            "type",
            "duration",
            "timestamp",
            "bytes",
            "dyn",
            "lists.range",
            "quantity",
            "url",
            "ip",
            "cidr",
            "semver",
            "isIP",
            "format.named",
            "authorizer.path",
          ),
          t,
        )
        .map(([f, a]) => `${f}(${a})`),
      fc
        .tuple(
          text,
          fc.constantFrom(
            "split",
            "matches",
            "indexOf",
            "contains",
            "charAt",
            "format",
            "join",
            "replace",
            "find",
            "findAll",
            "containsIP",
            "isGreaterThan",
            "validate",
            "check",
            "add",
            "sum",
            "indexOf",
          ),
          t,
        )
        .map(([a, f, b]) => `${a}.${f}(${b})`),
      ...["map", "filter", "all", "exists", "exists_one", "optMap", "sortBy"].map(member),
      fc.tuple(t, t).map(([a, b]) => `(${a}).transformMap(k, v, ${b})`),
      fc.tuple(t, t).map(([a, b]) => `[${a}, ?optional.of(${b})]`),
      fc.tuple(t, t).map(([a, b]) => `{${a}: ${b}}`),
    ),
  };
});

test("no expression does anything but come out or be refused, within its cost", () => {
  fc.assert(
    fc.property(tree, fc.jsonValue({ maxDepth: 3 }), (source, x) => survives(source, readJson(x))),
    { numRuns: 2000 },
  );
});

test("deep, long and huge sources are refused, or read, in bounded time", () => {
  const start = performance.now();
  const sources = [
    "(".repeat(50_000),
    "[".repeat(300) + "]".repeat(300),
    "-".repeat(90_000) + "1",
    "!".repeat(99_999),
    "x.".repeat(40_000) + "a",
    Array.from({ length: 20_000 }, () => "1").join("+"),
    Array.from({ length: 20_000 }, () => "x").join("&&"),
    "a".repeat(200_000),
    `${"x ? ".repeat(5000)}1${" : 1".repeat(5000)}`,
    "'".repeat(99_999),
    "{".repeat(20_000),
    "[x, ".repeat(200),
    "x[".repeat(5000),
    "f(".repeat(30_000),
    "@".repeat(50_000),
    "1 ".repeat(40_000),
    "a b ".repeat(20_000),
    "x{a:".repeat(5000),
    '"\\'.repeat(30_000),
    "x.map(y, ".repeat(100) + "1" + ")".repeat(100),
  ];
  for (const source of sources) survives(source, null);
  assert.ok(performance.now() - start < 20_000);
});

test("loops in loops end at the cost limit", () => {
  for (const source of [
    "l.all(a, l.all(b, l.all(c, l.all(d, l.all(e, l.all(f, a + b + c + d + e + f >= 0))))))",
    "l.map(a, l.map(b, l.map(c, l.map(d, l.map(e, l.map(f, [a, b, c, d, e, f]))))))",
    "lists.range(1000000).map(i, lists.range(1000000)).size()",
    "['a'].map(s, s + s).map(s, s + s + s + s).map(s, s + s + s + s + s + s + s + s).map(s, [s, s, s, s].join(s)).map(s, [s, s, s, s].join(s)).map(s, [s, s, s, s].join(s))",
    "l.transformMap(a, b, l.transformMap(c, d, l.transformMap(e, f, l.transformMap(g, h, l.transformMap(i, j, a + c)))))",
  ]) {
    const { checked, message } = environment.compile(source);
    assert.ok(checked !== undefined, message);
    const result = environment.program(checked).evaluate(variables(null), { costLimit: limit });
    assert.ok(result.error === undefined || result.error.message === costExceeded, source);
    assert.ok(result.cost < limit + 11_000_000, String(result.cost));
  }
});

test("a loop asks every hundred turns whether it may go on", () => {
  const { checked } = environment.compile("lists.range(1000).all(i, i >= 0)");
  assert.ok(checked !== undefined);
  let asked = 0;
  const result = environment.program(checked).evaluate(variables(null), { interrupted: () => ++asked === 3 });
  assert.equal(result.error?.message, "operation interrupted");
  assert.equal(asked, 3);
});

test("the end of an evaluation is not absorbed by || or &&", () => {
  const { checked } = environment.compile("lists.range(1000).all(i, i >= 0) || true");
  assert.ok(checked !== undefined);
  assert.equal(environment.program(checked).evaluate(variables(null), { costLimit: 500 }).error?.message, costExceeded);
});

test("patterns that explode elsewhere match in linear time", () => {
  const { checked } = environment.compile("x.matches('(a+)+$') || x.matches('(a|aa)*c') || x.matches('^(([a-z])+.)+[A-Z]([a-z])+$')");
  assert.ok(checked !== undefined);
  const start = performance.now();
  assert.equal(environment.program(checked).evaluate(variables(`${"a".repeat(5000)}!`)).value, false);
  assert.ok(performance.now() - start < 5000);
});
