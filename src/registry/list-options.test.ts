import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusError } from "../object/status.ts";
import { listOptions } from "./list-options.ts";

const read = (query: string): ReturnType<typeof listOptions> => {
  const params = new URLSearchParams(query);
  return listOptions(params, params.has("watch"));
};

test("a watch from no certain state begins with the present one and says where that ends", () => {
  for (const query of ["watch=1", "watch=1&resourceVersion=0"]) assert.equal(read(query).sendInitialEvents, true, query);
  for (const query of ["watch=1&resourceVersion=5", ""]) assert.equal(read(query).sendInitialEvents, undefined, query);
});

const initial = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
const refused: readonly (readonly [query: string, code: number, messages: readonly string[]])[] = [
  ["limit=", 400, ['strconv.ParseInt: parsing "": invalid syntax']],
  ["timeoutSeconds=1.5", 400, ['strconv.ParseInt: parsing "1.5": invalid syntax']],
  ["resourceVersionMatch=Exact", 422, ["resourceVersionMatch is forbidden unless resourceVersion is provided"]],
  ["sendInitialEvents=False", 422, ["sendInitialEvents is forbidden for list"]],
  ["watch=1&sendInitialEvents=1", 422, [initial]],
  ["watch=1&sendInitialEvents=1&resourceVersionMatch=Exact", 422, [initial, 'supported values: "NotOlderThan"']],
  ["watch=1&resourceVersionMatch=NotOlderThan", 422, ["resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"]],
  ["watch=1&continue=x", 422, ["resourceVersionMatch is forbidden when continue is provided"]],
];

for (const [query, code, messages] of refused) {
  test(`?${query} is refused`, () =>
    assert.throws(
      () => read(query),
      (error) => {
        assert.ok(error instanceof StatusError);
        const { status } = error;
        assert.equal(status.code, code);
        for (const message of messages) assert.ok(status.message?.includes(message), status.message);
        return true;
      },
    ));
}

test("continue says nothing of a watch from a certain version", () => {
  assert.equal(read("watch=1&resourceVersion=5&continue=x").continue, "x");
});
