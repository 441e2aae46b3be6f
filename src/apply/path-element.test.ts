import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareTexts } from "../object/text-order.ts";
import { compareElements, keyElement } from "./path-element.ts";

const texts = fc.string({ unit: fc.constantFrom("a", "b", "A", " ", "!", '"', "\\", "0", "\u{10000}", "\ue000"), maxLength: 4 });

test("keyed items are ordered by what their keys say, not by how that is written", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const order = compareElements(keyElement(["name"], [a]), keyElement(["name"], [b]));
      assert.equal(Math.sign(order), Math.sign(compareTexts(a, b)));
    }),
  );
  const ports = [keyElement(["containerPort", "protocol"], [80, "UDP"]), keyElement(["containerPort", "protocol"], [8080, "TCP"])];
  assert.deepEqual([...ports, keyElement(["containerPort", "protocol"], [80, "TCP"])].sort(compareElements), [
    'k:{"containerPort":80,"protocol":"TCP"}',
    ...ports,
  ]);
});
