import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalBytes } from "./bytes.ts";

const cases: readonly (readonly [text: string, result: string | number])[] = [
  ["", ""],
  ["QQ==", "QQ=="],
  ["QR==", "QQ=="],
  ["QU\nJD\r\n", "QUJD"],
  ["QQ=\n=", "QQ=="],
  ["1", 0],
  ["QUJ", 0],
  ["QUJDQ", 4],
  ["QU!D", 2],
  ["=QQQ", 0],
  ["Q===", 1],
  ["QQ=", 3],
  ["QQ=x", 2],
  ["QQ==QQ==", 4],
  ["QUJD-_", 4],
];

test("base64 is read with line breaks, written without, and a fault is told by the byte at which Go gives up", () => {
  for (const [text, result] of cases) {
    const expected =
      typeof result === "number" ? { ok: false, message: `illegal base64 data at input byte ${result}` } : { ok: true, text: result };
    assert.deepEqual(canonicalBytes(text), expected, JSON.stringify(text));
  }
});
