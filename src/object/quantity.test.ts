import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addQuantity,
  canonicalQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  QuantityError,
  quantityMilliValue,
  quantityValue,
  roundUpToMilli,
  subtractQuantity,
} from "./quantity.ts";

const canonical: readonly (readonly [string, string])[] = [
  ["0", "0"],
  ["1000m", "1"],
  ["1500m", "1500m"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["0.5Ki", "512"],
  ["0.5", "500m"],
  ["-0.5", "-500m"],
  ["1e3", "1e3"],
  ["1E3", "1e3"],
  ["100e-3", "100e-3"],
  ["0.1m", "100u"],
  ["5000000", "5M"],
  ["+.5k", "500"],
  ["1.", "1"],
  ["9223372036854775808", "9223372036854775808"],
];

test("writes every quantity in its canonical form", () => {
  for (const [text, expected] of canonical) assert.equal(canonicalQuantity(text), expected, text);
});

test("rounds what is smaller than a billionth up, whatever the exponent", () => {
  assert.equal(canonicalQuantity("0.0000000001"), "1n");
  assert.equal(canonicalQuantity("1e-999999999"), "1e-9");
});

test("caps binary amounts at the greatest int64", () => {
  assert.equal(canonicalQuantity("100Ei"), "9223372036854775807");
  assert.equal(canonicalQuantity("-100Ei"), "-9223372036854775807");
});

test("says in the original's words what is wrong", () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const wrong: readonly (readonly [string, string])[] = [
    ["", format],
    ["abc", format],
    [" 1", format],
    ["1.2.3", format],
    ["1Zi", format],
    ["1Mi5", "unable to parse quantity's suffix"],
    ["1kk", "unable to parse quantity's suffix"],
    ["1e", "unable to parse quantity's suffix"],
    ["1e999999999", "unable to parse quantity's suffix"],
  ];
  for (const [text, message] of wrong) {
    assert.throws(
      () => parseQuantity(text),
      (error) => error instanceof QuantityError && error.message === message,
      text,
    );
    assert.equal(canonicalQuantity(text), undefined);
  }
});

test("adds, subtracts and compares exactly", () => {
  assert.equal(formatQuantity(addQuantity(parseQuantity("1Gi"), parseQuantity("512Mi"))), "1536Mi");
  assert.equal(formatQuantity(addQuantity(parseQuantity("0"), parseQuantity("1Gi"))), "1Gi");
  assert.equal(formatQuantity(subtractQuantity(parseQuantity("1"), parseQuantity("100m"))), "900m");
  assert.equal(compareQuantity(parseQuantity("1Gi"), parseQuantity("1073741824")), 0);
  assert.equal(compareQuantity(parseQuantity("1"), parseQuantity("1001m")), -1);
});

test("gives integers and thousandths, rounded away from zero", () => {
  assert.equal(quantityValue(parseQuantity("1100m")), 2n);
  assert.equal(quantityValue(parseQuantity("-1100m")), -2n);
  assert.equal(quantityMilliValue(parseQuantity("1100u")), 2n);
  assert.equal(formatQuantity(roundUpToMilli(parseQuantity("1u"))), "1m");
});

test("canonical text is a fixed point and keeps the amount", () => {
  const text = fc
    .tuple(
      fc.constantFrom("", "-", "+"),
      fc.bigInt({ min: 0n, max: 10n ** 24n }),
      fc.constantFrom("", ".5", ".001", ".0000000009"),
      fc.constantFrom("", "n", "u", "m", "k", "M", "E", "Ki", "Gi", "e3", "E-2", "e+5"),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (source) => {
      const quantity = parseQuantity(source);
      const shown = formatQuantity(quantity);
      assert.equal(parseQuantity(shown).nanos, quantity.nanos);
      assert.equal(canonicalQuantity(shown), shown);
    }),
    { numRuns: 500 },
  );
});
