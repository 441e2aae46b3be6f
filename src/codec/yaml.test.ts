import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { equalJson, type JsonValue } from "../object/json.ts";
import { parseYaml, YamlError } from "./yaml-read.ts";
import { stringifyYaml } from "./yaml-write.ts";

test("takes scalars for what Kubernetes takes them", () => {
  const cases: readonly (readonly [string, JsonValue])[] = [
    ["yes", true],
    ["Off", false],
    ["~", null],
    ["", null],
    ["0777", 511],
    ["0o777", 511],
    ["0x1F", 31],
    ["-0b11", -3],
    ["1:30", "1:30"],
    ["2024-01-01", "2024-01-01"],
    ["1e3", 1000],
    ["1_000", 1000],
    ["08", 8],
    [".5", 0.5],
    ["9223372036854775807", 9223372036854775807n],
    ["1.2.3", "1.2.3"],
    ["'1'", "1"],
    ["!!str 1", "1"],
    ['!!int "3"', 3],
    ["|\n  a\n  b\n", "a\nb\n"],
    [">-\n  a\n  b\n", "a b"],
  ];
  for (const [text, value] of cases) assert.deepEqual(parseYaml(`a: ${text}`).value, { a: value }, text);
});

test("makes texts of keys, merges maps and reads one document", () => {
  assert.deepEqual(parseYaml("yes: 1\n1: 2\n1.5: 3").value, { true: 1, 1: 2, 1.5: 3 });
  assert.deepEqual(parseYaml("a: &x {b: 1, c: 2}\nd:\n  b: 3\n  <<: *x").value, { a: { b: 1, c: 2 }, d: { b: 3, c: 2 } });
  assert.equal(parseYaml("a\n--- [").value, "a");
  assert.equal(parseYaml("# nothing").value, null);
  assert.deepEqual(Object.keys(parseYaml("__proto__: {x: 1}").value as object), ["__proto__"]);
});

test("tells repeated keys with their line, and the last one counts", () => {
  const { value, duplicates } = parseYaml('data:\n  a: "1"\n  a: "2"\n');
  assert.deepEqual(value, { data: { a: "2" } });
  assert.equal(duplicates?.text, 'yaml: unmarshal errors:\n  line 3: key "a" already set in map');
});

test("says in the original's words what is no YAML", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["a: [", "yaml: line 1: did not find expected node content"],
    ["\t- bad", "yaml: found character that cannot start any token"],
    ["a: b: c", "yaml: mapping values are not allowed in this context"],
    ["a: 1\nb", "yaml: line 3: could not find expected ':'"],
    ["a: [1", "yaml: line 1: did not find expected ',' or ']'"],
    ["a: *x", "yaml: unknown anchor 'x' referenced"],
    ['a: "x', "yaml: line 2: found unexpected end of stream"],
    ["~: 1", "unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>"],
    ["a: 1\nb: -\n", "yaml: line 2: block sequence entries are not allowed in this context"],
    ["a: &a [*a]", "yaml: anchor 'a' value contains itself"],
    ["a: !!binary aGk", "yaml: !!binary value contains invalid base64 data"],
    ["a: .nan", "json: unsupported value: NaN"],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseYaml(text),
      (error) => error instanceof YamlError && error.message === message,
      text,
    );
  }
});

test("bytes in base64 stand for their text", () => assert.deepEqual(parseYaml("a: !!binary aGk=\n").value, { a: "hi" }));

test("an alias stands for the last node before it that has its anchor, also within what another alias stands for", () => {
  const text = "a: &x 1\nb: &y [*x, &z 5]\nc: &x 2\nd: &z 6\ne: [*y, *x, *z]\n";
  assert.deepEqual(parseYaml(text).value, { a: 1, b: [1, 5], c: 2, d: 6, e: [[1, 5], 2, 6] });
});

test("finds what many aliases stand for in one walk", { timeout: 10_000 }, () => {
  const { value } = parseYaml(`a: &a [1]\nb: [${Array.from({ length: 20_000 }, () => "*a").join(",")}]\n`);
  assert.equal((value as { b: unknown[] }).b.length, 20_000);
});

test("survives bombs of nesting and of aliases", () => {
  const started = performance.now();
  for (const text of ["[".repeat(1_000_000), "- ".repeat(1_000_000), "{a: ".repeat(100_000), "? ".repeat(100_000)]) {
    assert.throws(() => parseYaml(text), YamlError);
  }
  let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (let i = 1; i < 12; i++) bomb += `a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(", ")}]\n`;
  assert.throws(() => parseYaml(bomb), /^Error: yaml: document contains excessive aliasing$/);
  assert.throws(() => parseYaml("a: &a [*a]"), YamlError);
  assert.ok(performance.now() - started < 3_000);
});

test("writes as kubectl's users know it", () => {
  const value = {
    status: "Failure",
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string',
    metadata: {},
    items: [],
    list: [{ b: 1, a: ["x", ["y"]] }, "plain", 'configmaps "y" not found'],
    text: "one\ntwo\n",
    noEnd: "one\n\ntwo",
    name: "y",
    time: "2024-01-01T00:00:00Z",
    number: "42",
    empty: "",
    star: "*",
    dash: "- a",
    tab: "a\tb",
    fields: { "f:b": {}, ".": {}, "f:a10": {}, "f:a9": {} },
    big: 9223372036854775807n,
    float: 1.5,
    nothing: null,
  };
  assert.equal(
    stringifyYaml(value),
    `big: 9223372036854775807
dash: '- a'
empty: ""
fields:
  .: {}
  f:a9: {}
  f:a10: {}
  f:b: {}
float: 1.5
items: []
list:
- a:
  - x
  - - "y"
  b: 1
- plain
- configmaps "y" not found
message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot
  unmarshal bool into Go struct field ObjectMeta.metadata.name of type string'
metadata: {}
name: "y"
noEnd: |-
  one

  two
nothing: null
number: "42"
star: '*'
status: Failure
tab: "a\\tb"
text: |
  one
  two
time: "2024-01-01T00:00:00Z"
`,
  );
});

const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "a",
        " ",
        "\n",
        ":",
        "#",
        "-",
        "'",
        '"',
        "\t",
        "?",
        "[",
        "yes",
        "0",
        "1:30",
        "é",
        "😀",
        "|",
        "\u0085",
        "word word word word word word word",
      ),
    )
    .map((parts) => parts.join("")),
);
const values: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<JsonValue>(null, true, false, 9223372036854775807n),
    texts,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n)),
    fc.array(tie("value")),
    fc.dictionary(texts, tie("value"), { noNullPrototype: true }),
  ),
})).value;

test("reads back what it writes", () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = stringifyYaml(value);
      assert.ok(equalJson(parseYaml(text).value, value), text);
    }),
    { numRuns: 500 },
  );
});

test("any text is YAML or a YamlError", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "a",
      ": ",
      "- ",
      "\n",
      "  ",
      "[",
      "]",
      "{",
      "}",
      "&a ",
      "*a",
      "'",
      '"',
      "|",
      "!!int ",
      "<<: ",
      "? ",
      "#",
      "\t",
      "%",
      "---\n",
      "\u0000",
    ),
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      try {
        parseYaml(parts.join(""));
      } catch (error) {
        if (!(error instanceof YamlError)) throw error;
      }
    }),
    { numRuns: 1_000 },
  );
});

test("bounds what maps merged into merged maps add", () => {
  const links = Array.from({ length: 900 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: v}`);
  assert.throws(() => parseYaml(["a0: &a0 {k: v}", ...links].join("\n")), /^Error: yaml: document contains excessive aliasing$/);
  const few = parseYaml(["a0: &a0 {k: v}", ...links.slice(0, 2)].join("\n")).value;
  assert.deepEqual(few, { a0: { k: "v" }, a1: { k: "v", k0: "v" }, a2: { k: "v", k0: "v", k1: "v" } });
});

test("refuses a text of nothing but anchors or tags at the hundredth", () => {
  for (const text of ["&a ", "!a ", "&a\n"]) {
    assert.throws(() => parseYaml(`x: ${text.repeat(1000)}`), /^Error: yaml: did not find expected node content$/);
  }
});
