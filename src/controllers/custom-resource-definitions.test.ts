import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject } from "../object/json.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { until } from "../../test/until.ts";
import { customPlane, DEFINITIONS, type CustomPlane } from "../server/test-custom-plane.ts";

const MERGE = { "content-type": "application/merge-patch+json" };
const GROUP = "loop.example.com";

const version = (name: string, storage: boolean, more: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
  ...more,
});

const definition = (plural: string, versions: JsonObject[] = [version("v1", true)]): JsonObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${GROUP}` },
  spec: { group: GROUP, scope: "Namespaced", names: { plural, kind: `K${plural}` }, versions },
});

describe("the loop of definitions", () => {
  let plane: CustomPlane;
  before(async () => {
    plane = await customPlane();
  });
  after(() => plane[Symbol.asyncDispose]());

  const path = (plural: string, name = "", of = "v1"): string =>
    `/apis/${GROUP}/${of}/namespaces/default/${plural}${name === "" ? "" : `/${name}`}`;
  const make = (plural: string, name: string, metadata: JsonObject = {}, of = "v1") =>
    plane.call("POST", path(plural, "", of), { apiVersion: `${GROUP}/${of}`, kind: `K${plural}`, metadata: { name, ...metadata } });
  const of = (plural: string): string => `${DEFINITIONS}/${plural}.${GROUP}`;
  const stored = (plural: string) => `/registry/apiextensions.k8s.io/customresourcedefinitions/${plural}.${GROUP}`;

  test("tells of a schema without structure that was stored long ago, and takes it back when it is mended", async () => {
    await plane.establish(definition("olds"));
    const key = stored("olds");
    const pair = await plane.plane.storage.get(key);
    const object = JSON.parse(pair?.value.toString() ?? "") as JsonObject;
    const spec = objectIn(object, "spec") as JsonObject;
    spec["preserveUnknownFields"] = true;
    spec["versions"] = [
      version("v1", true, { schema: { openAPIV3Schema: { properties: { spec: { properties: { a: { type: "string" } } } } } } }),
    ];
    await plane.plane.storage.commit({
      compares: [],
      operations: [{ type: "put", key, value: Buffer.from(JSON.stringify(object)) }],
    });
    const condition = await plane.condition(`olds.${GROUP}`, "NonStructuralSchema");
    assert.deepEqual([condition["status"], condition["reason"]], ["True", "Violations"]);
    assert.match(
      stringIn(condition, "message"),
      /^\[spec\.preserveUnknownFields: Invalid value: true: must be false, spec\.versions\[0\]\.schema\.openAPIV3Schema\.properties\[spec\]\.type: Required value: must not be empty for specified object fields, spec\.versions\[0\]\.schema\.openAPIV3Schema\.type: Required value: must not be empty at the root\]$/,
    );
    const mended = { preserveUnknownFields: false, versions: [version("v1", true)] };
    assert.equal((await plane.call("PATCH", of("olds"), { spec: mended }, MERGE)).status, 200);
    await until(async () => !(await plane.call("GET", of("olds"))).text.includes("NonStructuralSchema"));
  });

  test("notes every version that was ever stored, and lets one go only when somebody says that nothing is stored in it", async () => {
    await plane.establish(definition("moves", [version("v1", true), version("v2", false)]));
    await make("moves", "a");
    const changed = await plane.call("PATCH", of("moves"), { spec: { versions: [version("v1", false), version("v2", true)] } }, MERGE);
    assert.deepEqual(objectIn(changed.body, "status")["storedVersions"], ["v1", "v2"]);
    const drop = { spec: { versions: [version("v2", true)] } };
    const early = await plane.call("PATCH", of("moves"), drop, MERGE);
    assert.equal(early.status, 422);
    assert.match(
      stringIn(early.body, "message"),
      /status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions; v1 was previously a storage version/,
    );
    await until(async () => (await make("moves", `b${Date.now()}`)).status === 201);
    const isMoved = async (): Promise<boolean> =>
      (await plane.plane.storage.get(`/registry/${GROUP}/moves/default/a`))?.value.toString().includes(`"apiVersion":"${GROUP}/v2"`) ===
      true;
    // An update that changes nothing else brings the object into the storage version.
    await until(async () => {
      await plane.call("PATCH", path("moves", "a"), { metadata: { labels: { at: String(Date.now()) } } }, MERGE);
      return isMoved();
    });
    const done = await plane.call("PATCH", `${of("moves")}/status`, { status: { storedVersions: ["v2"] } }, MERGE);
    assert.deepEqual(objectIn(done.body, "status")["storedVersions"], ["v2"]);
    assert.equal((await plane.call("PATCH", of("moves"), drop, MERGE)).status, 200);
    await until(async () => (await plane.call("GET", path("moves"))).status === 404);
    assert.equal((await plane.call("GET", path("moves", "a", "v2"))).body["apiVersion"], `${GROUP}/v2`);
  });

  test("deletes a definition's objects first, takes nothing new meanwhile, and waits for finalizers", async () => {
    await plane.establish(definition("goes"));
    await make("goes", "free");
    await make("goes", "held", { finalizers: ["example.com/hold"] });
    const { body } = await plane.call("DELETE", of("goes"));
    assert.deepEqual((objectIn(body, "metadata") as { finalizers: string[] }).finalizers, ["customresourcecleanup.apiextensions.k8s.io"]);
    const progress = await plane.condition(`goes.${GROUP}`, "Terminating", "InstanceDeletionInProgress");
    assert.deepEqual([progress["status"], progress["message"]], ["True", "CustomResource deletion is in progress"]);
    await until(async () => (await make("goes", `new${Date.now()}`)).status === 405);
    const refused = await make("goes", "late");
    assert.equal(refused.body["message"], "create not allowed while custom resource definition is terminating");
    assert.deepEqual(refused.body["details"], { group: GROUP, kind: "goes" });
    assert.equal((await plane.call("PATCH", path("goes", "held"), { metadata: { finalizers: null } }, MERGE)).status, 200);
    await until(async () => (await plane.call("GET", of("goes"))).status === 404);
    assert.equal((await plane.call("GET", path("goes"))).status, 404);
    await plane.establish(definition("goes"));
    assert.deepEqual((await plane.call("GET", path("goes"))).body["items"], []);
  });

  test("lets a definition go that never was established", async () => {
    await plane.establish(definition("firsts"));
    const second = {
      ...definition("seconds"),
      spec: {
        ...objectIn(definition("seconds"), "spec"),
        names: { plural: "seconds", kind: "Kfirsts", singular: "second", listKind: "SecondList" },
      },
    };
    await plane.call("POST", DEFINITIONS, second);
    await plane.condition(`seconds.${GROUP}`, "NamesAccepted", "KindConflict");
    await plane.call("DELETE", of("seconds"));
    await until(async () => (await plane.call("GET", of("seconds"))).status === 404);
    assert.equal((await make("firsts", "a")).status, 201);
  });
});
