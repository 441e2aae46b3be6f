import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJsonPath } from "./json-path.ts";

const object = {
  metadata: { labels: { "a/b": "1", "x.y": "2" } },
  spec: {
    list: [
      { name: "a", n: 1 },
      { name: "b", n: 2 },
    ],
    flag: false,
  },
};

const cases: readonly (readonly [string, readonly unknown[]])[] = [
  [".spec.list[0].name", ["a"]],
  [".spec.list[-1].name", ["b"]],
  [".spec.list[-1:].name", ["b"]],
  [".spec.list[0:1].name", ["a"]],
  [".spec.list[::2].name", ["a"]],
  [".spec.list[:9].name", []],
  [".spec.list[*].name", ["a", "b"]],
  ['.spec.list[?(@.name=="b")].n', [2]],
  [".spec.list[?(@.n>1)].name", ["b"]],
  [".spec.list[?(@.missing)].name", []],
  [".metadata.labels['a/b']", ["1"]],
  [".metadata.labels.x\\.y", ["2"]],
  [".metadata.labels.a/b", ["1"]],
  [".metadata.labels.*", ["1", "2"]],
  [".spec.flag", [false]],
  [".spec.none.deeper", []],
];

for (const [path, found] of cases) {
  test(`${path} finds what it names`, () => assert.deepEqual(parseJsonPath(path)?.(object), found));
}

test("what is no path gives none", () => {
  for (const text of ["spec", ".spec[", ".spec[?(1+1)]", `.a${".a".repeat(200)}`]) assert.equal(parseJsonPath(text), undefined, text);
});
