import assert from "node:assert/strict";
import { test } from "node:test";
import { readSamples } from "../../test/samples.ts";
import type { JsonObject } from "../object/json.ts";
import { loadTypes } from "../schema/load.ts";
import { ProtobufBodies } from "./bodies.ts";

const bodies = new ProtobufBodies(loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url)));
const samples = readSamples();

for (const { name, json, protobuf } of samples.kinds) {
  test(`${name} in protobuf is its JSON, and is written as the same bytes`, () => {
    const object = JSON.parse(json) as JsonObject;
    const bytes = Buffer.from(protobuf, "base64");
    assert.deepEqual(bodies.read(bytes), object);
    assert.equal(bodies.write(object).toString("hex"), bytes.toString("hex"));
  });
}

test("what older releases wrote is read, and written again without the fields that are no more", () => {
  for (const { name, read, written } of samples.older) {
    const object = bodies.read(Buffer.from(read, "base64"));
    assert.equal(bodies.write(object ?? assert.fail(name)).toString("base64"), written, name);
  }
});
