import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { testRegistry, type TestRegistry } from "./test-registry.ts";

const MAPS = "/api/v1/namespaces/a/configmaps";
const names = (body: JsonObject): string[] =>
  (body["items"] as JsonObject[]).map((item) => String((item["metadata"] as JsonObject)["name"]));
const meta = (body: JsonObject): JsonObject => body["metadata"] as JsonObject;

async function filled(count: number): Promise<TestRegistry> {
  const registry = testRegistry();
  for (let i = 0; i < count; i++) {
    const { status } = await registry.call("POST", MAPS, {
      metadata: { name: `m${String(i).padStart(3, "0")}`, labels: { parity: i % 2 === 0 ? "even" : "odd" } },
    });
    assert.equal(status, 201);
  }
  return registry;
}

void test("pages of one list show one state, whatever is written meanwhile", async () => {
  const registry = await filled(10);
  const first = await registry.call("GET", `${MAPS}?limit=4`);
  assert.equal(meta(first.body)["remainingItemCount"], 6);
  await registry.call("DELETE", `${MAPS}/m005`);
  await registry.call("POST", MAPS, { metadata: { name: "m0055" } });
  const seen = names(first.body);
  let token = meta(first.body)["continue"];
  while (token !== undefined) {
    const page = await registry.call("GET", `${MAPS}?limit=4&continue=${String(token)}`);
    assert.equal(page.status, 200);
    assert.equal(meta(page.body)["resourceVersion"], meta(first.body)["resourceVersion"]);
    seen.push(...names(page.body));
    token = meta(page.body)["continue"];
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 10 }, (_, i) => `m${String(i).padStart(3, "0")}`),
  );
});

void test("with a selector pages are filled with matches and no remainder is promised", async () => {
  const registry = await filled(10);
  const first = await registry.call("GET", `${MAPS}?limit=3&labelSelector=parity%3Deven`);
  assert.deepEqual(names(first.body), ["m000", "m002", "m004"]);
  assert.equal(meta(first.body)["remainingItemCount"], undefined);
  const second = await registry.call("GET", `${MAPS}?limit=3&labelSelector=parity%3Deven&continue=${String(meta(first.body)["continue"])}`);
  assert.deepEqual(names(second.body), ["m006", "m008"]);
  assert.equal(meta(second.body)["continue"], undefined);
});

void test("a full page has a next one as long as anything follows, whether it matches or not", async () => {
  const registry = await filled(4);
  const page = `${MAPS}?limit=2&labelSelector=parity%3Deven`;
  const first = await registry.call("GET", page);
  assert.deepEqual(names(first.body), ["m000", "m002"]);
  const second = await registry.call("GET", `${page}&continue=${String(meta(first.body)["continue"])}`);
  assert.deepEqual([names(second.body), meta(second.body)["continue"]], [[], undefined]);
});

void test("an exact version is read from history; a compacted one is expired", async () => {
  const registry = await filled(3);
  const version = meta((await registry.call("GET", MAPS)).body)["resourceVersion"];
  await registry.call("DELETE", `${MAPS}/m001`);
  const then = await registry.call("GET", `${MAPS}?resourceVersion=${String(version)}&resourceVersionMatch=Exact`);
  assert.deepEqual(names(then.body), ["m000", "m001", "m002"]);
  await registry.storage.compact(registry.storage.revision);
  const late = await registry.call("GET", `${MAPS}?resourceVersion=${String(version)}&resourceVersionMatch=Exact`);
  assert.equal(late.status, 410);
  assert.equal(late.body["reason"], "Expired");
});

void test("a page below the compacted version names the token that goes on inconsistently", async () => {
  const registry = await filled(6);
  const first = await registry.call("GET", `${MAPS}?limit=2`);
  await registry.call("DELETE", `${MAPS}/m003`);
  await registry.storage.compact(registry.storage.revision);
  const late = await registry.call("GET", `${MAPS}?limit=2&continue=${String(meta(first.body)["continue"])}`);
  assert.equal(late.status, 410);
  const rest = await registry.call("GET", `${MAPS}?continue=${String(meta(late.body)["continue"])}`);
  assert.deepEqual(names(rest.body), ["m002", "m004", "m005"]);
});

void test("forged continue tokens are refused", async () => {
  const registry = await filled(1);
  const forged = [
    "%%%",
    "bogus",
    "e30",
    Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"../../secrets/a/b"}').toString("base64url"),
    Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"m"}').toString("base64url"),
    Buffer.from('{"v":"v9","rv":1,"start":"m"}').toString("base64url"),
  ];
  for (const token of forged) {
    const { status, body } = await registry.call("GET", `${MAPS}?continue=${encodeURIComponent(token)}`);
    assert.equal(status, 400, token);
    assert.match(String(body["message"]), /continue/);
  }
});

void test("field selectors find one object without a walk, and refuse unknown labels", async () => {
  const registry = await filled(5);
  assert.deepEqual(names((await registry.call("GET", `${MAPS}?fieldSelector=metadata.name%3Dm002`)).body), ["m002"]);
  assert.deepEqual(names((await registry.call("GET", `${MAPS}?fieldSelector=metadata.name!%3Dm002`)).body), [
    "m000",
    "m001",
    "m003",
    "m004",
  ]);
  assert.equal((await registry.call("GET", `${MAPS}?fieldSelector=spec.x%3D1`)).status, 400);
});

void test("metadata is asked for as that of an object or of a list", async () => {
  const registry = await filled(1);
  const refusal = async (target: string, kind: string): Promise<unknown> => {
    const { status, body } = await registry.call("GET", target, undefined, { accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` });
    return status === 200 ? body["kind"] : [status, body["reason"], body["message"]];
  };
  const metadata = "PartialObjectMetadata";
  assert.equal(await refusal(MAPS, `${metadata}List`), `${metadata}List`);
  assert.equal(await refusal(`${MAPS}/m000`, metadata), metadata);
  const told = (kind: string, what: string) => [406, "NotAcceptable", `you requested ${kind}, but the requested object is ${what}`];
  assert.deepEqual(await refusal(MAPS, metadata), told(metadata, "a list (*core.ConfigMapList)"));
  assert.deepEqual(await refusal(`${MAPS}/m000`, `${metadata}List`), told(`${metadata}List`, "not a list (*core.ConfigMap)"));
});
