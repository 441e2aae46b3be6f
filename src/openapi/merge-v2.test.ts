import assert from "node:assert/strict";
import { test } from "node:test";
import { isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { mergeV2, partOfV2 } from "./merge-v2.ts";
import { v2Protobuf } from "./v2-protobuf.ts";
import type { V2Document } from "./v2.ts";

const own: V2Document = {
  swagger: "2.0",
  info: { title: "t", version: "v" },
  paths: { "/api/v1/pods": {} },
  definitions: { Meta: { type: "object", description: "ours" }, Thing: { type: "string" } },
  parameters: { "p-1": { name: "p", in: "query", description: "", type: "string", uniqueItems: true } },
  securityDefinitions: {},
  security: [],
};

const ref = (name: string): ReadonlyJsonObject => ({ $ref: `#/definitions/${name}` });

const remote: ReadonlyJsonObject = {
  paths: {
    "/apis/g/v1/things": {
      get: { "operationId": "list", "responses": { 200: { description: "OK", schema: ref("List") } }, "x-kubernetes-action": "list" },
      post: { parameters: [{ in: "body", name: "body", schema: ref("Thing") }, { $ref: "#/parameters/p-1" }] },
      evil: 1,
    },
    "/apis/g/v10/things": { get: {} },
    "/api/v1/pods": { get: { operationId: "evil" } },
  },
  definitions: {
    List: { properties: { metadata: ref("Meta"), items: { type: "array", items: ref("Thing") } }, required: ["items", 7] },
    Meta: { type: "object", description: "theirs" },
    Thing: { type: "object", properties: { again: ref("Thing"), proto: ref("__proto__") } },
    Unused: { type: "object" },
  },
  parameters: { "p-1": { name: "other", in: "query", type: "integer" } },
};

test("of another server's document the paths of its group version are merged, with all that they refer to", () => {
  const merged = mergeV2(own, [partOfV2("/apis/g/v1", remote)]);
  assert.deepEqual(Object.keys(merged.paths), ["/api/v1/pods", "/apis/g/v1/things"]);
  assert.deepEqual(merged.paths["/api/v1/pods"], {});
  const item = merged.paths["/apis/g/v1/things"];
  assert.deepEqual(item?.get?.responses["200"], { description: "OK", schema: ref("List") });
  assert.equal(item?.get?.["x-kubernetes-action"], "list");
  // What has another meaning here has another name; what is the same is told once.
  assert.deepEqual(item?.post?.parameters, [{ name: "body", in: "body", schema: ref("Thing_v2") }, { $ref: "#/parameters/p-1_v2" }]);
  assert.deepEqual(Object.keys(merged.definitions), ["List", "Meta", "Thing", "Thing_v2", "__proto__"]);
  assert.deepEqual(merged.definitions["Thing"], { type: "string" });
  assert.deepEqual(merged.definitions["List"], {
    properties: { metadata: ref("Meta"), items: { type: "array", items: ref("Thing_v2") } },
    required: ["items"],
  });
  assert.deepEqual(Object.keys(merged.parameters), ["p-1", "p-1_v2"]);
});

test("a document that is wrong in every part is still one that clients can read", () => {
  const wrong = [1, "x", null, [], {}, { paths: 1 }, { paths: { "/apis/g/v1/x": { get: { responses: [], parameters: {}, tags: 1 } } } }];
  const deep: Record<string, unknown> = {};
  let inner = deep;
  for (let i = 0; i < 1000; i++) inner = inner["items"] = {};
  for (const schema of [...wrong, { required: 1, enum: 2, properties: [], items: 3, additionalProperties: "x", allOf: [1] }, deep]) {
    const paths = { "/apis/g/v1/x": { get: { responses: { 200: { schema } }, parameters: [1, { in: "query" }, { $ref: 7 }] } } };
    const merged = mergeV2(own, [partOfV2("/apis/g/v1", { paths } as unknown as ReadonlyJsonObject)]);
    assert.ok(v2Protobuf(merged).length > 0);
    JSON.stringify(merged);
  }
  for (const document of wrong.filter((one) => isObject(one))) mergeV2(own, [partOfV2("/apis/g/v1", document as ReadonlyJsonObject)]);
});
