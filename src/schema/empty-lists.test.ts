import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectSchema } from "./schema.ts";
import { nullEmptyLists } from "./empty-lists.ts";

const texts = { type: "list", items: { type: "string" }, listType: "atomic", keys: [] } as const;
const inner: ObjectSchema = {
  type: "object",
  fields: new Map([
    ["always", { name: "always", schema: texts, required: false, dropZero: true, zero: null }],
    ["sometimes", { name: "sometimes", schema: texts, required: false, dropZero: false }],
  ]),
};
const outer: ObjectSchema = {
  type: "object",
  fields: new Map([
    ["one", { name: "one", schema: inner, required: false, dropZero: false }],
    ["many", { name: "many", schema: { type: "list", items: inner, listType: "atomic", keys: [] }, required: false, dropZero: false }],
  ]),
};

test("empty lists that are always written become null, wherever they are", () => {
  const object = { one: { always: [], sometimes: [] }, many: [{ always: [] }, { always: ["a"] }] };
  nullEmptyLists(object, outer);
  assert.deepEqual(object, { one: { always: null, sometimes: [] }, many: [{ always: null }, { always: ["a"] }] });
});
