import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LinkedList, type Link } from "./linked-list.ts";

test("a list holds what was added and not taken out, in order", () => {
  const steps = fc.array(fc.oneof(fc.constant("add"), fc.nat(9)), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (way) => {
      const list = new LinkedList<number>();
      const links: Link<number>[] = [];
      const expected = new Set<number>();
      for (const step of way) {
        if (typeof step === "number") {
          const link = links[step];
          if (link === undefined) continue;
          list.remove(link);
          expected.delete(step);
          assert.deepEqual(link, { value: undefined, before: undefined, after: undefined });
        } else {
          expected.add(links.length);
          links.push(list.add(links.length));
        }
        assert.deepEqual(list.values(), [...expected]);
        assert.equal(list.isEmpty, expected.size === 0);
      }
    }),
  );
});
