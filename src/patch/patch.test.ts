import { applyJsonPatch } from "./json-patch.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { equalJson, type JsonObject, type JsonValue } from "../object/json.ts";
import { StatusError } from "../object/status.ts";
import type { Field, Schema } from "../schema/schema.ts";
import { type PatchType, readPatch } from "./patch.ts";

const text: Schema = { type: "string" };

function object(...fields: Field[]): Schema {
  return { type: "object", fields: new Map(fields.map((field) => [field.name, field])) };
}

function field(name: string, schema: Schema, more: Partial<Field> = {}): Field {
  return { name, schema, required: false, dropZero: true, ...more };
}

function list(items: Schema): Schema {
  return { type: "list", items, listType: "atomic", keys: [] };
}

const byName = { patchStrategy: ["merge"], patchMergeKey: "name" } as const;
const container = object(
  field("name", text),
  field("image", text),
  field("args", list(text)),
  field("env", list(object(field("name", text), field("value", text))), byName),
);
const members = object(
  field("finalizers", list(text), { patchStrategy: ["merge"] }),
  field("containers", list(container), byName),
  field("labels", { type: "map", values: text }),
  field("strategy", object(field("type", text), field("rolling", object())), { patchStrategy: ["retainKeys"] }),
  field("source", object(field("a", text)), { patchStrategy: ["replace"] }),
);
const schema = { ...members, name: "io.k8s.api.things.v1.Thing" };

/** Applies a patch to a frozen value, so that any change to it throws. */
function patched(type: PatchType, current: JsonObject, patch: JsonValue): JsonValue {
  return readPatch(type, JSON.stringify(patch)).apply(freeze(current), schema).value;
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const member of Object.values(Object.freeze(value))) freeze(member);
  return value;
}

function refusal(type: PatchType, current: JsonObject, patch: JsonValue): readonly [number, string] {
  try {
    patched(type, current, patch);
  } catch (error) {
    if (error instanceof StatusError) return [error.status.code, error.message];
    throw error;
  }
  return [200, ""];
}

/** So many objects, one in the other. */
function nested(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

/** How a patch is refused of which the original does not say why. */
const unreasoned: readonly [number, string] = [422, "the server rejected our request due to an error in our request"];

test("a JSON patch adds, removes, replaces, moves, copies and tests", () => {
  const current = { "a": { x: "1" }, "l": ["p", "q"], "s/t~u": 1 };
  const cases: readonly (readonly [JsonValue, JsonValue])[] = [
    [[{ op: "add", path: "/a/y", value: 2 }], { ...current, a: { x: "1", y: 2 } }],
    [[{ op: "add", path: "/a/y" }], { ...current, a: { x: "1", y: null } }],
    [
      [
        { op: "add", path: "/l/1", value: "r" },
        { op: "add", path: "/l/-", value: "s" },
      ],
      { ...current, l: ["p", "r", "q", "s"] },
    ],
    [[{ op: "add", path: "/l/-1", value: "r" }], { ...current, l: ["p", "q", "r"] }],
    [[{ op: "remove", path: "/l/-1" }], { ...current, l: ["p"] }],
    [[{ op: "replace", path: "/a/new", value: "1" }], { ...current, a: { x: "1", new: "1" } }],
    [[{ op: "remove", path: "/s~1t~0u" }], { a: { x: "1" }, l: ["p", "q"] }],
    [[{ op: "move", from: "/a/x", path: "/b" }], { ...current, a: {}, b: "1" }],
    [
      [
        { op: "copy", from: "/a", path: "/b" },
        { op: "add", path: "/b/z", value: 1 },
      ],
      { ...current, b: { x: "1", z: 1 } },
    ],
    [
      [
        { op: "test", path: "/nope", value: null },
        { op: "test", path: "/l", value: ["p", "q"] },
      ],
      current,
    ],
    [[{ op: "replace", path: "", value: { n: 1 } }], { n: 1 }],
    [[{ op: "add", path: "ignored/x", value: 1 }], { ...current, x: 1 }],
    [
      [{ op: "add", path: "/__proto__", value: { p: 1 } }],
      JSON.parse('{"a":{"x":"1"},"l":["p","q"],"s/t~u":1,"__proto__":{"p":1}}') as JsonValue,
    ],
    [null, current],
  ];
  for (const [patch, expected] of cases) assert.ok(equalJson(patched("json", current, patch), expected), JSON.stringify(patch));
});

test("a JSON patch that does not fit is refused as a whole", () => {
  const current = { a: { x: "1" }, l: ["p"] };
  const patches: readonly JsonValue[] = [
    [{ op: "add", path: "/l/2", value: 1 }],
    [{ op: "add", path: "/l/x", value: 1 }],
    [{ op: "remove", path: "/a/nope" }],
    [{ op: "remove", path: "/constructor" }],
    [{ op: "add", path: "/no/where", value: 1 }],
    [{ op: "add", path: "/__proto__/x", value: 1 }],
    [{ op: "add", path: "a", value: 1 }],
    [{ op: "test", path: "/a/x", value: "2" }],
    [{ op: "move", path: "/a/y" }],
    [{ op: "fly", path: "/a" }],
    [{}],
    [null],
  ];
  for (const patch of patches) {
    assert.deepEqual(
      refusal("json", current, patch),
      [422, "the server rejected our request due to an error in our request"],
      JSON.stringify(patch),
    );
  }
});

test("an item that is not there cannot be replaced", () => {
  for (const key of ["-", "1", "-2", "x"]) {
    assert.throws(() => applyJsonPatch({ l: ["p"] }, [{ op: "replace", path: `/l/${key}`, value: "q" }]), {
      message: `replace operation does not apply: doc is missing key: /l/${key}: missing value`,
    });
  }
});

test("a body that is no patch is told in the original's words", () => {
  const cases: readonly (readonly [PatchType, string, string])[] = [
    ["json", "{}", "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"],
    ["json", "[1]", "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"],
    ["json", '[{"op":1}]', "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string"],
    ["json", "[", "error decoding patch: unexpected end of JSON input"],
    ["merge", "[]", "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"],
    ["merge", "null", "Invalid JSON Patch"],
    ["strategic", "nonsense", "invalid character 'o' in literal null (expecting 'u')"],
  ];
  for (const [type, body, message] of cases) {
    assert.throws(
      () => readPatch(type, body),
      (error) => error instanceof StatusError && error.status.code === 400 && error.message === message,
      body,
    );
  }
  assert.throws(
    () => readPatch("json", `[${"{},".repeat(10_000)}{}]`),
    /The allowed maximum operations in a JSON patch is 10000, got 10001/,
  );
  assert.deepEqual(readPatch("json", '[{"op":"test","op":"add","x":1}]').strictErrors, [
    'json patch duplicate field "[0].op"',
    'json patch unknown field "[0].x"',
  ]);
  assert.deepEqual(readPatch("merge", '{"a":{"b":1,"b":2}}').strictErrors, ['duplicate field "a.b"']);
});

test("whoever ignores unknown members has patches read by another decoder, which says other things", () => {
  const cases: readonly (readonly [PatchType, string, number, string])[] = [
    ["json", "{}", 400, "json: cannot unmarshal object into Go value of type jsonpatch.Patch"],
    ["json", "[1]", 400, "json: cannot unmarshal number into Go value of type jsonpatch.Operation"],
    ["json", "[", 400, "unexpected end of JSON input"],
    ["json", '[{"op":1}]', 422, "the server rejected our request due to an error in our request"],
    ["merge", "{", 400, "Invalid JSON Patch"],
    ["merge", "1", 400, "Invalid JSON Patch"],
    ["strategic", "1", 400, "json: cannot unmarshal number into Go value of type map[string]interface {}"],
  ];
  for (const [type, body, code, message] of cases) {
    assert.throws(
      () => readPatch(type, body, { lenient: true }).apply({}, schema),
      (error) => error instanceof StatusError && error.status.code === code && error.message === message,
      body,
    );
  }
  assert.deepEqual(readPatch("merge", "[{}]", { lenient: true }).apply({}, schema).value, [{}]);
});

test("copies cannot blow a document up", () => {
  const operations = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: "", path: `/x${i}` }));
  const doubling = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: `/a`, path: `/a/x${i}` }));
  assert.equal(refusal("json", { a: { v: "x".repeat(1000) } }, operations)[0], 422);
  assert.equal(refusal("json", { a: { v: "x".repeat(1000) } }, doubling)[0], 422);
});

test("operations cannot nest a document deeper than a body may be", () => {
  const deep = nested(900);
  const below = `/x${"/a".repeat(900)}`;
  const added = ["/x", below, `${below}${"/a".repeat(900)}`].map((path) => ({ op: "add", path, value: deep }));
  const copied = [
    { op: "add", path: "/x", value: deep },
    { op: "copy", from: "/x", path: below },
    { op: "copy", from: "/x", path: `${below}${"/a".repeat(900)}` },
    { op: "remove", path: "/x" },
  ];
  assert.deepEqual(refusal("json", {}, added), unreasoned);
  assert.deepEqual(refusal("json", {}, copied), unreasoned);
  assert.equal(refusal("json", {}, added.slice(0, 1))[0], 200);
});

test("operations cannot move the items of long lists again and again", () => {
  const list = Array.from({ length: 100_000 }, () => 1);
  const each = (operation: JsonObject): readonly [number, string] =>
    refusal(
      "json",
      { list },
      Array.from({ length: 10_000 }, () => operation),
    );
  assert.deepEqual(each({ op: "remove", path: "/list/0" }), unreasoned);
  assert.deepEqual(each({ op: "add", path: "/list/0", value: 1 }), unreasoned);
  assert.deepEqual(each({ op: "move", from: "/list/0", path: "/list/-" }), unreasoned);
  for (const path of ["/list/-", "/list/-1"]) assert.equal(each({ op: "add", path, value: 1 })[0], 200, path);
});

test("a merge patch removes by null, merges objects and replaces the rest", () => {
  const current = { a: { x: "1", y: "2" }, l: [1, 2], s: "t" };
  assert.deepEqual(patched("merge", current, { a: { x: null, z: { n: null, m: 1 } }, l: [3], s: { q: null } }), {
    a: { y: "2", z: { m: 1 } },
    l: [3],
    s: {},
  });
  const untouched = readPatch("merge", '{"s":"u"}').apply(current, schema).value as JsonObject;
  assert.equal(untouched["a"], current.a);
});

test("a merge patch does what RFC 7386 says, outside of lists", () => {
  const plain = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<JsonValue>(1, "s", false),
      fc.dictionary(fc.constantFrom("a", "b", "__proto__"), fc.oneof(tie("value"), fc.constant(null)), { noNullPrototype: true }),
    ),
  })).value;
  const objects = fc.dictionary(fc.constantFrom("a", "b", "c"), plain, { noNullPrototype: true });
  const reference = (target: JsonValue | undefined, patch: JsonValue): JsonValue => {
    if (typeof patch !== "object" || patch === null) return patch;
    const merged = new Map(typeof target === "object" && target !== null ? Object.entries(target) : []);
    for (const [key, value] of Object.entries(patch)) {
      if (value === null || value === undefined) merged.delete(key);
      else merged.set(key, reference(merged.get(key), value));
    }
    return Object.fromEntries<JsonValue | undefined>(merged);
  };
  fc.assert(
    fc.property(objects, objects, (current, patch) => {
      // A value that stays may hold nulls; only what is new drops them.
      const clean = reference({}, current) as JsonObject;
      assert.ok(equalJson(patched("merge", clean, patch), reference(clean, patch)));
    }),
  );
});

const current = {
  finalizers: ["a", "b"],
  containers: [
    { name: "x", image: "x:1", env: [{ name: "E", value: "1" }], args: ["p"] },
    { name: "y", image: "y:1" },
  ],
  labels: { k: "v" },
  strategy: { type: "Rolling", rolling: {} },
  source: { a: "1", b: "2" },
};

test("a strategic merge patch merges lists by key: what the patch names first, the others where they stood", () => {
  assert.deepEqual(
    patched("strategic", current, { containers: [{ name: "x", env: [{ name: "F", value: "2" }], args: ["q"] }, { name: "new" }] }),
    {
      ...current,
      containers: [
        {
          name: "x",
          image: "x:1",
          env: [
            { name: "F", value: "2" },
            { name: "E", value: "1" },
          ],
          args: ["q"],
        },
        { name: "new" },
        { name: "y", image: "y:1" },
      ],
    },
  );
  assert.deepEqual((patched("strategic", current, { finalizers: ["c"] }) as JsonObject)["finalizers"], ["c", "a", "b"]);
  assert.deepEqual((patched("strategic", current, { source: { c: "3" } }) as JsonObject)["source"], { c: "3" });
  assert.deepEqual((patched("strategic", current, { labels: { k: null, l: "w" } }) as JsonObject)["labels"], { l: "w" });
});

test("a strategic merge patch obeys its directives", () => {
  const member = (patch: JsonObject, name: string): JsonValue | undefined => (patched("strategic", current, patch) as JsonObject)[name];
  assert.deepEqual(member({ containers: [{ name: "x", $patch: "delete" }] }, "containers"), [{ name: "y", image: "y:1" }]);
  assert.deepEqual(member({ containers: [{ $patch: "replace" }, { name: "z" }] }, "containers"), [{ name: "z" }]);
  assert.deepEqual(member({ containers: [{ name: "y", env: [{ name: "Q" }, { $patch: "replace" }] }] }, "containers"), [
    current.containers[0],
    { name: "y", image: "y:1", env: [{ name: "Q" }] },
  ]);
  assert.deepEqual(member({ labels: { $patch: "replace", z: "1" } }, "labels"), { z: "1" });
  assert.deepEqual(member({ labels: { $patch: "delete" } }, "labels"), {});
  assert.deepEqual(member({ strategy: { $retainKeys: ["type"], type: "Recreate" } }, "strategy"), { type: "Recreate" });
  assert.deepEqual(member({ "$deleteFromPrimitiveList/finalizers": ["a"] }, "finalizers"), ["b"]);
  assert.deepEqual(member({ "$setElementOrder/finalizers": ["c", "b", "a"], "finalizers": ["c"] }, "finalizers"), ["c", "b", "a"]);
  assert.deepEqual(
    member({ "$setElementOrder/containers": [{ name: "y" }, { name: "x" }], "containers": [{ name: "x", image: "x:2" }] }, "containers"),
    [
      { name: "y", image: "y:1" },
      { ...current.containers[0], image: "x:2" },
    ],
  );
  assert.deepEqual(patched("strategic", current, { $patch: "delete" }), {});
});

test("a directive where nothing was leaves nothing, whatever it says", () => {
  const bare = { containers: [{ name: "x" }] };
  assert.deepEqual(patched("strategic", bare, { labels: { $patch: "replace", z: "1" } }), bare);
  assert.deepEqual(patched("strategic", bare, { finalizers: ["a"], strategy: { inner: { $patch: "delete" } } }), {
    ...bare,
    finalizers: ["a"],
    strategy: {},
  });
});

test("a strategic merge patch says in the original's words what is wrong", () => {
  const cases: readonly (readonly [JsonObject, number, string])[] = [
    [{ labels: { $patch: "merge", w: "4" } }, 500, "unknown patch type: merge in map: map[$patch:merge w:4]"],
    [{ containers: [{ image: "nokey" }] }, 500, "map: map[image:nokey] does not contain declared merge key: name"],
    [{ containers: [{ name: "x", $patch: "explode" }] }, 500, "unknown patch type: explode in map: map[$patch:explode name:x]"],
    [
      { "$setElementOrder/containers": [{ name: "x" }], "containers": [{ name: "z", image: "e" }] },
      500,
      "The order in patch list:\n[map[image:e name:z]]\n doesn't match $setElementOrder list:\n[map[name:x]]\n",
    ],
    [{ containers: ["y"] }, 500, "list element types are not identical: [[map[name:x]] [y]]"],
    [{ "$setElementOrder/nope": [] }, 500, 'unable to find api field in struct Thing for the json field "nope"'],
    [{ "$setElementOrder/containers": null }, 500, "expected a []interface {}, but received a %!s(<nil>)"],
    [{ "$setElementOrder/containers": ["x"] }, 500, "value for key 0 is not a map."],
    [{ labels: { $patch: 5 } }, 500, "unknown patch type: %!s(int64=5) in map: map[$patch:5]"],
    [{ strategy: { $retainKeys: ["a"], type: "b" } }, 400, "invalid patch format of retainKeys"],
  ];
  const few = { ...current, containers: [{ name: "x" }] };
  for (const [patch, code, message] of cases) assert.deepEqual(refusal("strategic", few, patch), [code, message]);
});

test("shows a patched value that is no object of its type: touched objects in order, others as they were", () => {
  const value = { kind: "K", z: { b: 1, a: 2 }, data: { y: "1", x: "2" } };
  const shown = readPatch("merge", '{"data":{"x":5}}').apply(value, schema).undecodable("no");
  assert.equal(
    shown.message,
    ' "" is invalid: patch: Invalid value: "{\\"data\\":{\\"x\\":5,\\"y\\":\\"1\\"},\\"kind\\":\\"K\\",\\"z\\":{\\"b\\":1,\\"a\\":2}}": no',
  );
  assert.equal(
    readPatch("strategic", '{"a":"t"}').apply(value, schema).undecodable("no").message,
    ' "" is invalid: patch: Invalid value: "map[a:t]": no',
  );
});

test("merges big lists in time that grows with their length", () => {
  const items = (count: number, from = 0): JsonObject[] => Array.from({ length: count }, (_, i) => ({ name: `n${i + from}`, image: "i" }));
  const started = performance.now();
  patched(
    "strategic",
    { containers: items(20_000) },
    { "containers": items(20_000, 10_000), "$setElementOrder/containers": items(20_000, 10_000) },
  );
  assert.ok(performance.now() - started < 2_000);
});
