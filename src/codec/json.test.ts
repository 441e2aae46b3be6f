import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { equalJson, type JsonValue } from "../object/json.ts";
import { JsonError, maxJsonDepth, scanJson } from "./json-scan.ts";
import { parseJson, parseJsonValue, parseOwnJson, stringifyJson } from "./json-text.ts";

function messageOf(text: string): string {
  try {
    scanJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return "";
}

test("says in the original's words what is no JSON", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "unexpected end of JSON input"],
    ['{"metadata":', "unexpected end of JSON input"],
    ['"abc', "unexpected end of JSON input"],
    ["tru", "unexpected end of JSON input"],
    ["-", "unexpected end of JSON input"],
    ["x", "invalid character 'x' looking for beginning of value"],
    ["'", "invalid character '\\'' looking for beginning of value"],
    ["é", "invalid character 'Ã' looking for beginning of value"],
    ["\ufeff{}", "invalid character 'ï' looking for beginning of value"],
    ["not", "invalid character 'o' in literal null (expecting 'u')"],
    ["{a", "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ["[1 2]", "invalid character '2' after array element"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    ["{}x", "invalid character 'x' after top-level value"],
    ["01", "invalid character '1' after top-level value"],
    ["-x", "invalid character 'x' in numeric literal"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
    ["1ex", "invalid character 'x' in exponent of numeric literal"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ["1e999", "json: cannot unmarshal number 1e999 into Go value of type float64"],
  ];
  for (const [text, message] of cases) assert.equal(messageOf(text), message, text);
});

test("reads half of a character as a replacement character, and two halves as one", () => {
  const cases = [
    ["\\ud83d\\ude00", "\u{1f600}"],
    ["\\ud83dx\\ude00", "\ufffdx\ufffd"],
    ["a\\ud83d\\ud83d\\ude00\\n", "a\ufffd\u{1f600}\n"],
    ["\\\\ud83d", "\\ud83d"],
  ];
  for (const [text, value] of cases) assert.equal(parseJson(`"${text}"`).value, value, text);
});

test("keeps integers of any size", () => {
  const text = '{"a":9223372036854775807,"b":-9223372036854775808,"c":9007199254740991,"d":1.5}';
  const { value } = parseJson(text);
  assert.deepEqual(value, { a: 9223372036854775807n, b: -9223372036854775808n, c: 9007199254740991, d: 1.5 });
  assert.equal(stringifyJson(value), text);
});

test("tells integers that were written as floats", () => {
  const { fractionalIntegers } = parseJson('{"spec":{"replicas":1.0,"list":[2,3e0,1.5]}}');
  assert.deepEqual(fractionalIntegers, [
    { path: "spec.replicas", text: "1.0" },
    { path: "spec.list[1]", text: "3e0" },
  ]);
});

test("finds duplicate members with their paths, and the last one counts", () => {
  const scanned = parseJson('{"a":[{"b":1,"b":2,"\\u0062":3}],"c":{"x":1},"c":{}}');
  assert.deepEqual(scanned.value, { a: [{ b: 3 }], c: {} });
  assert.deepEqual(
    scanned.duplicates.map(({ path }) => path),
    ["a[0].b", "c"],
  );
});

test("keeps __proto__ an ordinary member", () => {
  const { value } = scanJson('{"__proto__":{"x":1},"constructor":2}');
  assert.deepEqual(Object.keys(value as object), ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(stringifyJson(value), '{"__proto__":{"x":1},"constructor":2}');
});

test("refuses deep nesting, quotes and brackets inside strings notwithstanding", () => {
  const deepest = "[".repeat(maxJsonDepth) + "]".repeat(maxJsonDepth);
  assert.equal(parseJson(deepest).duplicates.length, 0);
  const tooDeep = ["[".repeat(100_000), `${"[".repeat(maxJsonDepth + 1)}${"]".repeat(maxJsonDepth + 1)}`, '{"]}\\"]":'.repeat(20_000)];
  for (const text of tooDeep) assert.throws(() => parseJson(text), /^Error: invalid character '[[{]' exceeded max depth$/);
});

test("reads hostile texts in linear time", () => {
  const size = 1_000_000;
  const texts = [
    "1".repeat(size),
    `"${"\\u0041".repeat(size / 6)}"`,
    `[${"1.0,".repeat(size / 4)}1]`,
    " ".repeat(size),
    `{${'"a":1,'.repeat(size / 6)}"a":1}`,
    `[${":".repeat(size)}`,
  ];
  for (const text of texts) {
    const started = performance.now();
    try {
      parseJson(text);
    } catch (error) {
      assert.ok(error instanceof JsonError);
    }
    assert.ok(performance.now() - started < 1_000, text.slice(0, 20));
  }
});

const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<JsonValue>(null, true, false),
    fc.string({ unit: "binary" }),
    fc.integer(),
    // An integer beyond the safe range is held as bigint, never as a number.
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("value"), { noNullPrototype: true }),
  ),
})).value;

test("reads back what it writes", () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.ok(equalJson(scanJson(stringifyJson(value)).value, value));
      assert.ok(equalJson(parseOwnJson(stringifyJson(value)), value));
    }),
    { numRuns: 300 },
  );
});

test("agrees with JSON.parse on what is JSON and what is not", () => {
  const mangled = fc
    .tuple(
      fc.json({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom("", '"', ",", "{", "]", "\\", "-", ".", "e", "0", " ", "\u0001", "tru", "__proto__"),
    )
    .map(([text, at, piece]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + (at % 2));
    });
  fc.assert(
    fc.property(mangled, (text) => {
      let expected: JsonValue | undefined;
      try {
        expected = JSON.parse(text) as JsonValue;
      } catch {
        assert.throws(() => scanJson(text), JsonError, text);
        return;
      }
      if (
        JSON.stringify(expected) !== JSON.stringify(expected, (_, item: unknown) => (item === Infinity || item === -Infinity ? "" : item))
      ) {
        assert.throws(() => scanJson(text), /json: cannot unmarshal number/);
        return;
      }
      const { value } = scanJson(text);
      assert.equal(
        JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? Number(item) : item)),
        JSON.stringify(expected),
      );
    }),
    { numRuns: 1_000 },
  );
});

test("a value alone is read as the scanner reads it, deep ones refused however they hide", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(parseJsonValue(text), parseJson(text).value);
    }),
  );
  assert.deepEqual(parseJsonValue("[12345678901234567890]"), [12345678901234567890n]);
  const deep = `{"${"}".repeat(20_000)}":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  for (const text of [deep, '{"a":', "[1,]", '{"a" 1}', ""]) {
    const said = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return error instanceof JsonError ? error.message : String(error);
      }
      return "read";
    };
    assert.notEqual(
      said(() => parseJsonValue(text)),
      "read",
    );
    assert.equal(
      said(() => parseJsonValue(text)),
      said(() => parseJson(text)),
    );
  }
});

test("tells no more of long paths than a body holds", () => {
  const many = Array.from({ length: 900 }, (_, i) => `"k${i}":1,"k${i}":1.0`).join();
  const { duplicates, fractionalIntegers } = scanJson(`{"${"x".repeat(1_000_000)}":{${many}}}`);
  const told = [...duplicates, ...fractionalIntegers].map(({ path }) => path.length);
  assert.ok(told.length > 0 && told.reduce((a, b) => a + b) < 6_000_000);
});
