import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject, ReadonlyJson } from "../object/json.ts";
import type { Schema } from "../schema/schema.ts";
import { compareObjects } from "./compare.ts";
import { decodeFieldsV1, encodeFieldsV1 } from "./fields-v1.ts";
import { configuredFields } from "./from-object.ts";
import { mergeApplied } from "./merge.ts";
import { removeFields } from "./remove.ts";
import { reconcileWithSchema, withNamedFields } from "./schema-changes.ts";
import { deduced } from "./shape.ts";
import { deployment, field, list, lists, map, scalar, struct } from "./test-schemas.ts";
import { UntrackableError } from "./untrackable.ts";

const text = scalar("string");

function fieldsOf(value: JsonObject, schema: Schema): ReadonlyJson {
  const { set, errors } = configuredFields(value, schema);
  assert.deepEqual(errors, []);
  return encodeFieldsV1(set);
}

function changes(before: JsonObject, after: JsonObject, schema: Schema): Record<string, ReadonlyJson> {
  const { added, modified, removed } = compareObjects(before, after, schema);
  return { added: encodeFieldsV1(added), modified: encodeFieldsV1(modified), removed: encodeFieldsV1(removed) };
}

describe("the fields of a configuration", () => {
  it("are leaves, items with their keys, entries of maps, and empty maps and nulls", () => {
    assert.deepEqual(
      fieldsOf({ spec: { set: ["a"], atomic: ["x"], map: [{ k: "1", v: 1 }], struct: { a: "1" }, granular: { x: "1" } } }, lists),
      {
        "f:spec": {
          "f:atomic": {},
          "f:granular": { "f:x": {} },
          "f:map": { 'k:{"k":"1","p":"tcp"}': { ".": {}, "f:k": {}, "f:v": {} } },
          "f:set": { 'v:"a"': {} },
          "f:struct": {},
        },
      },
    );
    assert.deepEqual(fieldsOf({ spec: { set: [], atomic: [], granular: {}, struct: null } }, lists), {
      "f:spec": { "f:atomic": {}, "f:granular": {}, "f:struct": {} },
    });
  });

  it("of what no type describes are all its maps and entries, lists as a whole", () => {
    assert.deepEqual(fieldsOf({ a: { b: { c: 1 } }, l: [{ x: 1 }] }, deduced), {
      "f:a": { ".": {}, "f:b": { ".": {}, "f:c": {} } },
      "f:l": {},
    });
    const open = struct([field("known", text)], { preserveUnknown: true });
    assert.deepEqual(fieldsOf({ known: "x", other: { y: 1 } }, open), { "f:known": {}, "f:other": { ".": {}, "f:y": {} } });
    assert.deepEqual(fieldsOf({ raw: { x: 1 } }, struct([field("raw", { type: "any", any: "rawExtension" })])), { "f:raw": {} });
  });

  it("are checked against their types, inside of what is owned whole too", () => {
    const errors = (value: JsonObject): readonly string[] => configuredFields(value, lists).errors;
    assert.deepEqual(errors({ spec: { struct: { c: "1" } } }), [".spec.struct.c: field not declared in schema"]);
    assert.deepEqual(errors({ spec: { map: [{ k: "1" }, { k: "1", p: "tcp" }] } }), [
      '.spec.map: duplicate entries for key [k="1",p="tcp"]',
    ]);
    // A key that is null is a key, where one that is left out has its default.
    assert.deepEqual(errors({ spec: { map: [{ k: "1" }, { k: "1", p: null }] } }), []);
    assert.deepEqual(errors({ spec: { atomic: [1] } }), [".spec.atomic[0]: expected string, got &value.valueUnstructured{Value:1}"]);
    assert.deepEqual(errors({ spec: { map: [{ k: "1", v: "x" }] } }), [
      '.spec.map[k="1",p="tcp"].v: expected numeric (int or float), got string',
    ]);
    assert.deepEqual(errors({ spec: [] }), [".spec: expected map, got &{[]}"]);
    assert.deepEqual(errors({ spec: { set: { a: 1 } } }), [".spec.set: expected list, got &{map[a:1]}"]);
    assert.deepEqual(errors({ spec: { set: [null] } }), [
      ".spec.set: element 0: associative list without keys has an element that's an explicit null",
    ]);
    assert.deepEqual(errors({ spec: { map: ["x"] } }), [".spec.map: element 0: associative list with keys may not have non-map elements"]);
    const keyless = struct([field("l", list(struct([field("k", text)]), "map", ["k"]))]);
    assert.deepEqual(configuredFields({ l: [{}] }, keyless).errors, [
      '.l: element 0: associative list with keys has an element that omits all key fields ["k"] (and doesn\'t have default values for any key fields)',
    ]);
  });
});

describe("comparing", () => {
  it("tells added, modified and removed fields, and the maps that came or went with them", () => {
    assert.deepEqual(changes({ spec: { granular: { a: "1" }, atomic: ["x"] } }, { spec: { set: ["s"], atomic: ["y"] } }, lists), {
      added: { "f:spec": { "f:set": { ".": {}, 'v:"s"': {} } } },
      modified: { "f:spec": { "f:atomic": {} } },
      removed: { "f:spec": { "f:granular": { ".": {}, "f:a": {} } } },
    });
  });

  it("sees no difference in what a type always writes or never writes", () => {
    const spec = { template: { spec: { containers: [{ name: "m" }] } } };
    const canonical = {
      spec: { selector: null, template: { metadata: {}, spec: { containers: [{ name: "m", image: "", args: [], resources: {} }] } } },
      status: {},
    };
    assert.deepEqual(changes({ spec }, canonical as JsonObject, deployment), { added: {}, modified: {}, removed: {} });
  });

  it("takes items that share an identity as one", () => {
    const doubled = {
      spec: {
        map: [
          { k: "1", v: 1 },
          { k: "1", v: 2 },
        ],
      },
    };
    const item = 'k:{"k":"1","p":"tcp"}';
    assert.deepEqual(changes({ spec: { map: [{ k: "1", v: 1 }] } }, doubled, lists), {
      added: { "f:spec": { "f:map": { [item]: {} } } },
      modified: {},
      removed: { "f:spec": { "f:map": { [item]: { ".": {}, "f:k": {}, "f:v": {} } } } },
    });
    assert.deepEqual(
      changes(
        doubled,
        {
          spec: {
            map: [
              { k: "1", v: 1 },
              { k: "1", v: 3 },
            ],
          },
        },
        lists,
      )["modified"],
      { "f:spec": { "f:map": { [item]: {} } } },
    );
  });

  it("gives up where an item has no identity", () => {
    assert.throws(() => compareObjects({}, { spec: { set: [{}] } }, lists), UntrackableError);
  });

  it("tells an untyped value that changed its kind as modified, with what lay below", () => {
    assert.deepEqual(changes({ a: { b: 1 } }, { a: 2 }, deduced), {
      added: {},
      modified: { "f:a": {} },
      removed: { "f:a": { "f:b": {} } },
    });
  });
});

describe("merging", () => {
  const order = (live: string[], config: string[]): ReadonlyJson => mergeApplied(live, config, list(text, "set")) ?? null;

  it("puts items of both lists in the configuration's order and lets the others keep their places", () => {
    assert.deepEqual(order(["a", "b", "c"], ["c", "a"]), ["b", "c", "a"]);
    assert.deepEqual(order(["a", "x", "b"], ["b", "n", "a"]), ["x", "b", "n", "a"]);
    assert.deepEqual(order(["a", "b"], ["n", "b"]), ["a", "n", "b"]);
    assert.deepEqual(order(["x"], ["a", "b"]), ["x", "a", "b"]);
    assert.deepEqual(order(["a", "b", "a"], ["a"]), ["a", "b"]);
    assert.deepEqual(order(["1", "2", "3", "4"], ["4", "x", "2"]), ["1", "3", "4", "x", "2"]);
  });

  it("gives the live value itself where nothing changes", () => {
    const live = {
      spec: {
        map: [
          { k: "1", v: 1 },
          { k: "2", v: 2 },
        ],
        granular: { a: "1" },
        atomic: ["x"],
      },
    };
    assert.equal(mergeApplied(live, { spec: { map: [{ k: "2", v: 2 }], atomic: ["x"] } }, lists), live);
    assert.equal(mergeApplied(live, { spec: { map: null, granular: {} } }, lists), live);
  });

  it("replaces leaves and keeps what the configuration does not mention", () => {
    const live = { spec: { map: [{ k: "1", v: 1 }], struct: { a: "1" }, granular: { a: "1" } } };
    assert.deepEqual(mergeApplied(live, { spec: { map: [{ k: "1", v: 2 }], struct: { b: "1" }, granular: { b: "2" } } }, lists), {
      spec: { map: [{ k: "1", v: 2 }], struct: { b: "1" }, granular: { a: "1", b: "2" } },
    });
    assert.deepEqual(live.spec.granular, { a: "1" });
  });

  it("keeps names of the prototype as plain members", () => {
    const config: JsonObject = JSON.parse('{"__proto__":"x"}');
    const merged = mergeApplied({ a: "1" }, config, map(text));
    assert.equal(JSON.stringify(merged), '{"a":"1","__proto__":"x"}');
  });
});

describe("removing", () => {
  it("takes fields and items out and leaves null where nothing is left", () => {
    const value = { spec: { set: ["a", "b"], map: [{ k: "1", v: 1 }], granular: { a: "1" } } };
    const set = decodeFieldsV1({
      "f:spec": { "f:set": { 'v:"a"': {} }, "f:map": { 'k:{"k":"1","p":"tcp"}': { "f:v": {} } }, "f:granular": { "f:a": {} } },
    });
    assert.deepEqual(removeFields(value, set, lists), { spec: { set: ["b"], map: [{ k: "1" }], granular: null } });
    assert.equal(removeFields(value, decodeFieldsV1({ "f:spec": { "f:set": { 'v:"z"': {} } } }), lists), value);
  });
});

describe("sets and types", () => {
  it("become one path where the type became atomic, and stay where it is not known", () => {
    const was = decodeFieldsV1({
      "f:spec": { "f:struct": { "f:a": {} }, "f:atomic": { "i:0": {} }, "f:gone": { "f:x": {} }, "f:granular": { "f:a": {} } },
    });
    assert.deepEqual(encodeFieldsV1(reconcileWithSchema(was, lists)), {
      "f:spec": { "f:atomic": {}, "f:gone": { "f:x": {} }, "f:granular": { "f:a": {} }, "f:struct": {} },
    });
    const same = decodeFieldsV1({ "f:spec": { "f:granular": { "f:a": {} } } });
    assert.equal(reconcileWithSchema(same, lists), same);
  });

  it("name the declared fields above their paths, not entries of maps", () => {
    const set = decodeFieldsV1({ "f:spec": { "f:granular": { "f:a": {} } } });
    assert.deepEqual(encodeFieldsV1(withNamedFields(set, lists)), { "f:spec": { ".": {}, "f:granular": { ".": {}, "f:a": {} } } });
    const nested = struct([field("m", map(struct([field("a", text)])))]);
    assert.deepEqual(encodeFieldsV1(withNamedFields(decodeFieldsV1({ "f:m": { "f:x": { "f:a": {} } } }), nested)), {
      "f:m": { ".": {}, "f:x": { "f:a": {} } },
    });
  });
});
