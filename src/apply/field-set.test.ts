import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FieldSetCache } from "./field-set-cache.ts";
import { FieldSet } from "./field-set.ts";
import { decodeFieldsV1, encodeFieldsV1, FieldsV1Error } from "./fields-v1.ts";
import { compareElements, elementText, fieldElement, keyElement, parseElement, pathText, valueElement } from "./path-element.ts";

const decode = decodeFieldsV1;

describe("path elements", () => {
  it("have one text each, whatever the order and spelling of their JSON", () => {
    assert.deepEqual(parseElement('k:{"protocol": "TCP", "containerPort": 80}'), { element: 'k:{"containerPort":80,"protocol":"TCP"}' });
    assert.equal(keyElement(["containerPort", "protocol"], [80, "TCP"]), 'k:{"containerPort":80,"protocol":"TCP"}');
    assert.deepEqual(parseElement('v:"a<b"'), { element: valueElement("a<b") });
    assert.equal(valueElement("a<b"), 'v:"a\\u003cb"');
    assert.deepEqual(parseElement("i:007"), { element: "i:7" });
  });

  it("of unknown kinds are left out, malformed ones are told", () => {
    assert.deepEqual(parseElement("z:1"), { element: undefined });
    for (const key of ["", "f", "fx", "k:{", "k:[]", "v:", "i:x"]) assert.ok("error" in parseElement(key), key);
  });

  it("keep integers that a number would round", () => {
    assert.deepEqual(parseElement('k:{"id":9007199254740993}'), { element: keyElement(["id"], [9007199254740993n]) });
  });

  it("are ordered by kind, then by name or value", () => {
    const sorted = ["f:a", "f:b", 'k:{"a":9}', 'k:{"a":10}', 'k:{"a":"1"}', 'k:{"b":1}', "v:9", "v:10", 'v:"a"', "v:false", "i:9", "i:10"];
    assert.deepEqual([...sorted].reverse().sort(compareElements), sorted);
    assert.ok(compareElements(fieldElement("\uffee"), fieldElement("\u{1f600}")) < 0);
  });

  it("are shown as messages show them", () => {
    assert.equal(pathText(["f:spec", 'k:{"containerPort":80,"protocol":"TCP"}', "f:x/y"]), '.spec[containerPort=80,protocol="TCP"].x/y');
    assert.equal(elementText('v:"a"'), '[="a"]');
    assert.equal(elementText("i:3"), "[3]");
  });
});

describe("field sets", () => {
  it("leave what lies below a path when the path itself is taken, unless told otherwise", () => {
    const set = decode({ "f:a": { ".": {}, "f:b": {} }, "f:c": {} });
    const parent = decode({ "f:a": {} });
    assert.deepEqual(encodeFieldsV1(set.difference(parent)), { "f:a": { "f:b": {} }, "f:c": {} });
    assert.deepEqual(encodeFieldsV1(set.recursiveDifference(parent)), { "f:c": {} });
    assert.ok(set.difference(decode({ "f:a": { "f:x": {} } })) === set);
  });

  it("have leaves where nothing lies below", () => {
    assert.deepEqual(encodeFieldsV1(decode({ "f:a": { ".": {}, "f:b": { ".": {}, "f:c": {} } } }).leaves()), {
      "f:a": { "f:b": { "f:c": {} } },
    });
  });

  it("list a level's own members before what lies deeper", () => {
    const set = decode({ "f:a": { "f:x": {} }, "f:b": {}, "f:c": { ".": {}, "f:y": {} } });
    assert.deepEqual([...set.paths()].map(pathText), [".b", ".c", ".a.x", ".c.y"]);
  });
});

describe("FieldsV1", () => {
  it("reads a step with nothing known below it as owned", () => {
    assert.ok(decode({ "f:a": { "z:future": {} } }).equals(FieldSet.fromPaths([["f:a"]])));
    assert.ok(decode({ "f:a": { "f:b": { ".": {} } } }).equals(FieldSet.fromPaths([["f:a", "f:b"]])));
  });

  it("refuses what is no tree, and trees without bottom", () => {
    for (const tree of [null, [], 1, { "f:a": null }, { "f:a": "x" }, { a: {} }]) assert.throws(() => decode(tree), FieldsV1Error);
    let deep: object = {};
    for (let i = 0; i < 5000; i++) deep = { "f:a": deep };
    assert.throws(() => decode(deep), FieldsV1Error);
  });

  it("takes no harm from names of the prototype", () => {
    const tree: unknown = JSON.parse('{"f:__proto__":{"f:x":{}},"f:constructor":{}}');
    assert.equal(JSON.stringify(encodeFieldsV1(decode(tree))), '{"f:__proto__":{"f:x":{}},"f:constructor":{}}');
  });
});

describe("the cache of field sets", () => {
  it("gives one set for trees of one text", () => {
    const cache = new FieldSetCache();
    const set = cache.decode({ "f:a": {} });
    assert.equal(cache.decode({ "f:a": {} }), set);
    assert.equal(cache.decode(cache.encode(set)), set);
  });

  it("forgets the least lately used texts beyond its bound", () => {
    const cache = new FieldSetCache(1000);
    const kept = cache.decode({ "f:kept": {} });
    for (let i = 0; i < 500; i++) {
      cache.decode({ [`f:${i}`]: {} });
      cache.decode({ "f:kept": {} });
      assert.ok(cache.bytes <= 1000);
    }
    assert.equal(cache.decode({ "f:kept": {} }), kept);
    assert.notEqual(cache.decode({ "f:0": {} }), undefined);
  });
});
