import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { NO_RULES, type Authorizer } from "../authorization/authorizer.ts";
import type { JsonObject, JsonValue } from "../object/json.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { customPlane, DEFINITIONS, type CustomPlane } from "../server/test-custom-plane.ts";

/** What costs the server much is over within this, in milliseconds, on a busy machine too. */
const SOON_MS = 5000;

describe("a definition that means ill", () => {
  let plane: CustomPlane;
  before(async () => {
    plane = await customPlane();
  });
  after(() => plane[Symbol.asyncDispose]());

  let count = 0;
  const definition = (spec: JsonObject, more: JsonObject = {}): JsonObject => {
    const plural = `things${++count}`;
    const names = { plural, kind: `Thing${count}` };
    const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.bad.example.com` },
      spec: {
        group: "bad.example.com",
        scope: "Namespaced",
        names,
        versions: [{ name: "v1", served: true, storage: true, schema }],
        ...more,
      },
    };
  };
  const refusal = async (spec: JsonObject): Promise<string> => {
    const start = performance.now();
    const { status, body } = await plane.call("POST", DEFINITIONS, definition(spec));
    assert.ok(performance.now() - start < SOON_MS);
    assert.equal(status, 422);
    return stringIn(body, "message");
  };
  const at = (name = ""): string => `/apis/bad.example.com/v1/namespaces/default/things${count}${name === "" ? "" : `/${name}`}`;
  const create = async (spec: JsonValue, name = "a") => {
    const start = performance.now();
    const body = { apiVersion: "bad.example.com/v1", kind: `Thing${count}`, metadata: { name }, spec };
    const answer = await plane.call("POST", at(), body);
    assert.ok(performance.now() - start < SOON_MS);
    return answer;
  };

  test("of twenty thousand fields is judged, and so are objects of it, while others are served", async () => {
    const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`f${index}`, { type: "string", maxLength: 9 }]));
    await plane.establish(definition({ type: "object", properties }));
    assert.equal((await create({ f19999: "x", unknown: 1 })).status, 201);
    assert.match(stringIn((await create({ f0: "0123456789" }, "b")).body, "message"), /spec\.f0: Too long: may not be more than 9 bytes/);
  });

  test("that refers to itself, or to anything, is refused", async () => {
    const message = await refusal({ type: "object", properties: { self: { $ref: "#/properties/spec" } } });
    assert.match(message, /properties\[self\]\.\$ref: Forbidden: \$ref is not supported/);
  });

  test("that nests as deep as a body may be is judged in time, and so are objects of it", async () => {
    let deep: JsonObject = { type: "string" };
    for (let level = 0; level < 300; level++) deep = { type: "object", properties: { a: deep } };
    const { status } = await plane.call("POST", DEFINITIONS, definition(deep));
    assert.ok(status === 201 || status === 422 || status === 400, `it answers ${status}`);
  });

  test("with extensions that contradict one another is refused for each", async () => {
    const message = await refusal({
      type: "object",
      properties: {
        set: { "type": "array", "items": { type: "object" }, "x-kubernetes-list-type": "set" },
        map: { "type": "array", "items": { type: "string" }, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"] },
        embedded: { "type": "string", "x-kubernetes-embedded-resource": true },
      },
    });
    for (const place of ["set", "map", "embedded"]) assert.match(message, new RegExp(`properties\\[${place}\\]`));
  });

  test("with a pattern that explodes elsewhere is matched in linear time here", async () => {
    await plane.establish(definition({ type: "object", properties: { text: { type: "string", pattern: "^(a+)+$" } } }));
    const { status, body } = await create({ text: `${"a".repeat(20_000)}!` });
    assert.equal(status, 422);
    assert.match(stringIn(body, "message"), /spec\.text in body should match/);
    assert.equal((await create({ text: "a".repeat(20_000) })).status, 201);
  });

  test("with rules over lists without a bound is refused for what they may cost", async () => {
    const items = { type: "array", items: { type: "string" } };
    const rule = { rule: "self.all(a, self.all(b, a == b || a != b))" };
    const message = await refusal({ type: "object", properties: { list: { ...items, "x-kubernetes-validations": [rule] } } });
    assert.match(message, /estimated rule cost exceeds budget by factor of/);
    assert.match(message, /try adding maxItems, maxProperties, or maxLength|maxItems/);
  });

  const uniqueness = (maxItems: number, rules: number): JsonObject => {
    const validations = Array.from({ length: rules }, (_, index) => ({ rule: `self.all(a, self.exists_one(b, b == a)) || ${index} < 0` }));
    const list = { "type": "array", maxItems, "items": { type: "string", maxLength: 10 }, "x-kubernetes-validations": validations };
    return { type: "object", properties: { list } };
  };
  const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index).padStart(10, "x"));

  test("is taken up to what one rule may cost by its estimate, and refused beyond", async () => {
    await plane.establish(definition(uniqueness(1000, 1)));
    assert.match(await refusal(uniqueness(1500, 1)), /estimated rule cost exceeds budget by factor of 1\.8x/);
  });

  test("is taken up to what all its rules may cost together, and refused beyond", async () => {
    await plane.establish(definition(uniqueness(800, 10)));
    assert.match(
      await refusal(uniqueness(800, 20)),
      /estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of 1\.\d{6}x/,
    );
  });

  test("makes an object pay for its rules: it is refused where one costs too much, or all together", async () => {
    await plane.establish(definition(uniqueness(1000, 1)));
    assert.equal((await create({ list: texts(100) })).status, 201);
    const dear = await create({ list: texts(1000) }, "dear");
    assert.equal(dear.status, 422);
    assert.match(stringIn(dear.body, "message"), /spec\.list: Invalid value: .*cost/);
    await plane.establish(definition(uniqueness(440, 18)));
    const together = await create({ list: texts(440) }, "together");
    assert.equal(together.status, 422);
    assert.match(stringIn(together.body, "message"), /running out of cost budget, no further validation rules will be run/);
  });

  test("whose names differ in case alone, or begin as others do, serves what it names and nothing else", async () => {
    const named = (plural: string, kind: string): JsonObject => ({
      ...definition({ type: "object", properties: { of: { type: "string" } } }),
      metadata: { name: `${plural}.names.example.com` },
      spec: {
        group: "names.example.com",
        scope: "Namespaced",
        names: { plural, kind, singular: `one-of-${plural.toLowerCase()}`, listKind: `ListOf${plural}` },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        ],
      },
    });
    await plane.establish(named("foos", "Foo"));
    await plane.establish(named("foobars", "FooBar"));
    await plane.establish(named("foobarss", "Foobar"));
    const path = (plural: string): string => `/apis/names.example.com/v1/namespaces/default/${plural}`;
    const make = (plural: string, kind: string) =>
      plane.call("POST", path(plural), { apiVersion: "names.example.com/v1", kind, metadata: { name: `of-${plural}` } });
    for (const [plural, kind] of [
      ["foos", "Foo"],
      ["foobars", "FooBar"],
      ["foobarss", "Foobar"],
    ] as const)
      assert.equal((await make(plural, kind)).status, 201);
    assert.equal((await make("foobars", "Foobar")).status, 400);
    const listed = async (plural: string) =>
      ((await plane.call("GET", path(plural))).body["items"] as JsonObject[]).map((one) => objectIn(one, "metadata")["name"]);
    assert.deepEqual(await listed("foos"), ["of-foos"]);
    assert.deepEqual(await listed("foobars"), ["of-foobars"]);
    assert.equal((await plane.call("GET", path("Foos"))).status, 404);
    assert.equal((await plane.call("GET", path("foo"))).status, 404);
    const upper = await plane.call("POST", DEFINITIONS, named("Foos", "Foox"));
    assert.equal(upper.status, 422);
    // A definition that takes another's kind is not established.
    await plane.call("POST", DEFINITIONS, named("others", "Foo"));
    const accepted = await plane.condition("others.names.example.com", "NamesAccepted");
    assert.deepEqual([accepted["status"], accepted["reason"], accepted["message"]], ["False", "KindConflict", '"Foo" is already in use']);
    assert.equal((await plane.call("GET", path("others"))).status, 404);
    await plane.call("DELETE", `${DEFINITIONS}/foos.names.example.com`);
    assert.equal((await plane.condition("others.names.example.com", "NamesAccepted", "NoConflicts"))["status"], "True");
    assert.equal((await plane.condition("others.names.example.com", "Established"))["status"], "True");
    assert.deepEqual(await listed("foobars"), ["of-foobars"], "what only begins as the deleted resource does stays");
  });

  test("is not found through the paths of another scope, before anybody asks who may", async () => {
    const asked: string[] = [];
    const authorize: Authorizer = async ({ resource, path }) => {
      asked.push(resource || path);
      return { decision: "noOpinion", reason: "" };
    };
    await using strict = await customPlane({}, { authorizationModes: () => [{ name: "asked", authorize, rulesFor: () => NO_RULES }] });
    const scoped = (plural: string, scope: string): JsonObject => {
      const one = definition({ type: "object" }, { scope, group: "scope.example.com", names: { plural, kind: plural } });
      return { ...one, metadata: { name: `${plural}.scope.example.com` } };
    };
    await strict.establish(scoped("clustered", "Cluster"));
    await strict.establish(scoped("spaced", "Namespaced"));
    const nobody = { name: "nobody" };
    const get = (path: string) => strict.plane.as(nobody, "GET", `/apis/scope.example.com/v1/${path}`);
    for (const path of ["namespaces/default/clustered", "namespaces/default/clustered/a", "spaced/a"]) {
      asked.length = 0;
      const { status, text } = await get(path);
      assert.equal(status, 404, path);
      assert.match(text, /^404 page not found/);
      assert.deepEqual(asked, [], path);
    }
    for (const path of ["clustered/a", "namespaces/default/spaced/a", "spaced"]) assert.equal((await get(path)).status, 403, path);
  });
});
