import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { copyJson } from "../object/json.ts";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject, ManagedFieldsEntry } from "../object/kube-object.ts";
import { FieldSetCache } from "./field-set-cache.ts";
import { decodeFieldsV1 } from "./fields-v1.ts";
import { dropManagedFields } from "./managed-fields.ts";
import { keepTimes, restoreAfterAdmission } from "./keep-owners.ts";
import { managerName } from "./manager-name.ts";
import { parentEntries, scaleEntries } from "./scale-owners.ts";
import { configMap, field, kind, scalar, struct } from "./test-schemas.ts";
import { applyConfiguration, trackUpdate } from "./updater.ts";
import type { ConvertObject, WriteDoor } from "./updater.ts";

const early = "2026-01-01T00:00:00Z";
const late = "2026-01-02T00:00:00Z";
const cache = new FieldSetCache();

function entry(manager: string, fieldsV1: JsonObject, extra: ManagedFieldsEntry = {}): ManagedFieldsEntry {
  return { manager, operation: "Update", apiVersion: "apps/v1", time: early, fieldsType: "FieldsV1", fieldsV1, ...extra };
}

describe("a manager's name", () => {
  it("is the request's, or the first word of its User-Agent", () => {
    assert.equal(managerName("me", "kubectl/v1.36"), "me");
    assert.equal(managerName("", "kubectl/v1.36 (linux)"), "kubectl");
    assert.equal(managerName(undefined, "a\u0007b"), "ab");
    assert.equal(managerName(undefined, "é".repeat(100)), "é".repeat(64));
    assert.equal(managerName(undefined, undefined), "");
  });
});

describe("entries from outside", () => {
  it("that admission damaged are put back with a warning", () => {
    const before = [entry("a", { "f:data": {} })];
    const object: KubeObject = { apiVersion: "v1", kind: "K", metadata: { managedFields: [{ ...before[0], apiVersion: "" }] } };
    assert.match(
      restoreAfterAdmission(object, before, cache) ?? "",
      /^\.metadata\.managedFields was in an invalid state after admission; .*: apiVersion must not be empty$/,
    );
    assert.equal(object.metadata.managedFields, before);
    assert.equal(restoreAfterAdmission(object, before, cache), undefined);
    const changed = [entry("b", { "f:data": {} })];
    object.metadata.managedFields = changed;
    assert.equal(restoreAfterAdmission(object, before, cache), undefined);
    assert.equal(object.metadata.managedFields, changed);
  });

  it("keep their old times where only times changed", () => {
    const live: KubeObject = { apiVersion: "v1", kind: "K", metadata: { managedFields: [entry("a", { "f:data": {} })] }, data: 1 };
    const same: KubeObject = { ...live, metadata: { managedFields: [entry("a", { "f:data": {} }, { time: late })] } };
    keepTimes(same, live);
    assert.equal(same.metadata.managedFields?.[0]?.time, early);
    const other: KubeObject = { ...live, metadata: { managedFields: [entry("a", { "f:data": {} }, { time: late })] }, data: 2 };
    keepTimes(other, live);
    assert.equal(other.metadata.managedFields?.[0]?.time, late);
    dropManagedFields(other);
    assert.deepEqual(other.metadata, {});
  });
});

describe("the scale of a parent", () => {
  const paths = { "apps/v1": "spec.replicas", "apps/v1beta1": "spec.replicas" };
  const parent = [
    entry("one", { "f:spec": { "f:replicas": {}, "f:selector": {} } }, { operation: "Apply" }),
    entry("two", { "f:spec": { "f:selector": {} } }),
    entry("hpa", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" }),
  ];

  it("shows who owns the replicas", () => {
    assert.deepEqual(
      scaleEntries(parent, paths, cache).map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1]),
      [
        ["one", "autoscaling/v1", { "f:spec": { "f:replicas": {} } }],
        ["hpa", "autoscaling/v1", { "f:spec": { "f:replicas": {} } }],
      ],
    );
  });

  it("hands ownership back to the parent and takes it from who lost it", () => {
    const scale = [entry("new", { "f:spec": { "f:replicas": {} } }, { apiVersion: "autoscaling/v1", subresource: "scale" })];
    assert.deepEqual(parentEntries(parent, scale, "apps/v1", paths, cache), [
      entry("one", { "f:spec": { "f:selector": {} } }, { operation: "Apply" }),
      {
        manager: "new",
        operation: "Update",
        apiVersion: "apps/v1",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:spec": { "f:replicas": {} } },
        subresource: "scale",
      },
      entry("two", { "f:spec": { "f:selector": {} } }),
    ]);
  });

  it("keeps an applier's entry while it still owns the replicas, and drops versions it does not know", () => {
    const kept = parentEntries(
      [...parent, entry("old", { "f:x": {} }, { apiVersion: "extensions/v1beta1" })],
      scaleEntries(parent, paths, cache),
      "apps/v1",
      paths,
      cache,
    );
    assert.deepEqual(kept.map(({ manager }) => manager).sort(), ["hpa", "one", "two"]);
    assert.deepEqual(
      kept.find(({ manager }) => manager === "one"),
      parent[0],
    );
  });
});

describe("versions", () => {
  const v1 = kind([field("spec", struct([field("size", scalar("int64")), field("name", scalar("string"))]))]);
  const v2 = kind([field("spec", struct([field("scale", struct([field("size", scalar("int64"))])), field("name", scalar("string"))]))]);
  const convert: ConvertObject = (object, apiVersion) => {
    const schema = apiVersion === "g/v1" ? v1 : apiVersion === "g/v2" ? v2 : undefined;
    if (schema === undefined) return undefined;
    if (object.apiVersion === apiVersion) return { object, schema };
    const { size, scale, ...spec } = (object["spec"] ?? {}) as JsonObject & { scale?: JsonObject };
    const moved = apiVersion === "g/v1" ? scale?.["size"] : size;
    const there = moved === undefined ? {} : apiVersion === "g/v1" ? { size: moved } : { scale: { size: moved } };
    return { object: { ...object, apiVersion, spec: { ...spec, ...there } }, schema };
  };
  const doors = (apiVersion: string): WriteDoor => ({
    apiVersion,
    kind: "K",
    schema: apiVersion === "g/v1" ? v1 : v2,
    subresource: "",
    convert,
    cache: new FieldSetCache(),
  });
  const config = (apiVersion: string, spec: JsonObject): JsonObject => ({ apiVersion, kind: "K", metadata: { name: "n" }, spec });
  const apply = (apiVersion: string, live: KubeObject | undefined, spec: JsonObject, manager: string): KubeObject => {
    const seen = live === undefined ? undefined : convert(live, apiVersion)?.object;
    return copyJson(
      applyConfiguration({ door: doors(apiVersion), live: seen, applied: config(apiVersion, spec), manager, force: false, now: early })
        .object,
    );
  };

  it("conflict with one another's owners", () => {
    const live = apply("g/v1", undefined, { size: 1 }, "one");
    assert.throws(() => apply("g/v2", live, { scale: { size: 2 } }, "two"), /conflict with "one": \.spec\.size/);
  });

  it("prune what their applier owned in another version", () => {
    let live = apply("g/v1", undefined, { size: 1, name: "a" }, "one");
    live = apply("g/v1", live, { name: "a" }, "two");
    live = apply("g/v2", live, {}, "one");
    assert.deepEqual(live["spec"], { name: "a" });
    const versions = live.metadata.managedFields?.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`);
    assert.deepEqual(versions, ["two g/v1", "one g/v2"]);
  });

  it("take fields from owners in other versions by an update, and forget versions that are gone", () => {
    const live = apply("g/v1", undefined, { size: 1, name: "a" }, "one");
    const seen = convert(live, "g/v2")?.object as KubeObject;
    seen.metadata.managedFields?.push(entry("old", { "f:spec": { "f:name": {} } }, { apiVersion: "g/v0" }));
    const updated = copyJson(seen);
    (updated["spec"] as { scale: JsonObject }).scale["size"] = 2;
    trackUpdate({ door: doors("g/v2"), live: seen, updated, manager: "two", now: late });
    assert.deepEqual(
      updated.metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
      [
        ["one", { "f:spec": { "f:name": {} } }],
        ["two", { "f:spec": { "f:scale": { "f:size": {} } } }],
      ],
    );
  });
});

describe("objects that cannot be told apart", () => {
  it("keep their owners in an update, and refuse an apply", () => {
    const door: WriteDoor = { apiVersion: "v1", kind: "ConfigMap", schema: configMap, subresource: "", cache };
    const owned = [entry("a", { "f:data": { "f:x": {} } }, { apiVersion: "v1" })];
    const live: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { uid: "u", managedFields: owned }, data: { x: "1" } };
    const broken = { ...copyJson(live), metadata: { ...live.metadata, finalizers: [{}] as unknown as string[] } };
    trackUpdate({ door, live, updated: broken, manager: "b", now: late });
    assert.equal(broken.metadata.managedFields, owned);
    const applied = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n", finalizers: ["x"] } };
    assert.throws(
      () => applyConfiguration({ door, live: broken, applied, manager: "b", force: false, now: late }),
      /associative list without keys/,
    );
  });

  it("do not stop an apply whose owners know fields that the type has no more", () => {
    const door: WriteDoor = { apiVersion: "v1", kind: "ConfigMap", schema: configMap, subresource: "", cache };
    const fields = { "f:data": { "f:x": {} }, "f:gone": { "f:deep": {} } };
    const live: KubeObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { uid: "u", managedFields: [entry("a", fields, { apiVersion: "v1" })] },
      data: { x: "1" },
    };
    const { object } = applyConfiguration({
      door,
      live,
      applied: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "n" }, data: { y: "1" } },
      manager: "b",
      force: false,
      now: late,
    });
    assert.ok(
      decodeFieldsV1(object.metadata.managedFields?.find(({ manager }) => manager === "a")?.fieldsV1).equals(decodeFieldsV1(fields)),
    );
  });
});
