import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readSamples } from "../../test/samples.ts";
import { copyJson, isObject, setOwn, type JsonObject, type JsonValue } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import type { ResourceDefinition, ServedVersion } from "../resources/definition.ts";
import { decode } from "../schema/decode.ts";
import { loadTypes } from "../schema/load.ts";
import { ADMIN, testPlane, type TestPlane } from "./test-plane.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36", import.meta.url));
const samples = readSamples();
const whole = samples.kinds.map(({ name, json }) => ({ name, object: JSON.parse(json) as KubeObject }));
const valid = samples.valid.map(({ name, json }) => ({ name, object: JSON.parse(json) as KubeObject }));

interface Place {
  readonly definition: ResourceDefinition;
  readonly served: ServedVersion;
}

/** The resource of an object and the version in which it speaks; undefined where that is not served. */
function placeOf({ plane }: TestPlane, { apiVersion, kind }: KubeObject): Place | undefined {
  for (const definition of plane.registry.definitions.all()) {
    const served = definition.served.find((one) => groupVersion(one.group, one.version) === apiVersion && one.kind === kind);
    if (served !== undefined) return { definition, served };
  }
  return undefined;
}

/** Creates an object without keeping it; what is a bug throws. */
async function tryCreate(under: TestPlane, object: JsonObject, { definition, served }: Place, namespace = "default") {
  const base = served.group === "" ? `/api/${served.version}` : `/apis/${served.group}/${served.version}`;
  const within = definition.scope === "Cluster" ? "" : `/namespaces/${namespace}`;
  return under.as(ADMIN, "POST", `${base}${within}/${definition.plural}?dryRun=All`, object, { "content-type": "application/json" });
}

/** A control plane that judges by the kinds' own rules alone, with the namespaces of the valid objects. */
async function judge(): Promise<TestPlane> {
  const under = await testPlane({ admissionPlugins: () => [] });
  const names = new Set(valid.flatMap(({ object }) => object.metadata.namespace ?? []));
  for (const name of names)
    await under.as(ADMIN, "POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return under;
}

const named = (object: KubeObject): KubeObject => {
  const { resourceVersion: _, uid: __, creationTimestamp: ___, managedFields: ____, generation: _____, ...metadata } = object.metadata;
  return { ...copyJson(object), metadata };
};

test("an object with every member set decodes to itself, whatever its kind", () => {
  for (const { name, object } of whole) {
    const [version, group = ""] = object.apiVersion.split("/").toReversed() as [string, string?];
    const schema = types.schemaForKind({ group, version, kind: object.kind }) ?? assert.fail(name);
    const decoded = decode(copyJson(object), schema);
    assert.ok(decoded.ok, name);
    assert.deepEqual(decoded.value, object, name);
    assert.deepEqual(decoded.strict, [], name);
  }
});

test("defaulting an object of any kind twice is defaulting it once", async () => {
  const under = await testPlane();
  for (const { name, object } of [...valid, ...whole]) {
    const applyDefaults = placeOf(under, object)?.served.applyDefaults;
    if (applyDefaults === undefined) continue;
    const once = copyJson(object);
    applyDefaults(once);
    const twice = copyJson(once);
    applyDefaults(twice);
    assert.deepEqual(twice, once, name);
  }
});

test("what is valid is taken, and with its defaults too", async () => {
  const under = await judge();
  assert.ok(valid.length > 70, `${valid.length} objects`);
  for (const { name, object } of valid) {
    const place = placeOf(under, object) ?? assert.fail(name);
    const sent = named(object);
    const first = await tryCreate(under, sent, place, object.metadata.namespace);
    if (first.status === 409) continue; // a part of every cluster
    assert.equal(first.status, 201, `${name} ${first.text}`);
    place.served.applyDefaults?.(sent);
    const again = await tryCreate(under, sent, place, object.metadata.namespace);
    assert.equal(again.status, 201, `${name} ${again.text}`);
  }
});

const anything = fc.oneof(
  fc.constantFrom<JsonValue>(null, "", " ", "a", "-1", "9223372036854775808", 0, -1, 1e18, 1.5, true, [], {}, [null], [{}], [""], {
    "": "",
  }),
  fc.string({ maxLength: 8 }),
  fc.integer(),
);

/** Puts a value at a place of an object that `way` leads to: at each step to one of the members. */
function changed(object: KubeObject, way: readonly number[], value: JsonValue): JsonObject {
  const copy = copyJson(object);
  let at: JsonValue = copy;
  for (const [i, step] of way.entries()) {
    const keys: string[] = isObject(at) || Array.isArray(at) ? Object.keys(at) : [];
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) break;
    const inner = (at as JsonObject)[key] as JsonValue;
    const isEnd = i === way.length - 1 || typeof inner !== "object" || inner === null;
    if (isEnd) {
      setOwn(at as JsonObject, key, value);
      break;
    }
    at = inner;
  }
  return copy;
}

test("no change of a valid object makes the server fail", async () => {
  const under = await judge();
  const way = fc.array(fc.nat(40), { minLength: 1, maxLength: 9 });
  for (const { name, object } of valid) {
    const place = placeOf(under, object) ?? assert.fail(name);
    await fc.assert(
      fc.asyncProperty(way, anything, async (steps, value) => {
        const { status, body } = await tryCreate(under, changed(named(object), steps, value), place, object.metadata.namespace);
        assert.ok(status >= 200 && status < 600 && isObject(body));
      }),
      { numRuns: 40 },
    );
  }
});
