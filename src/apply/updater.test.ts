import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { copyJson } from "../object/json.ts";
import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { StatusError } from "../object/status.ts";
import type { Schema } from "../schema/schema.ts";
import { FieldSetCache } from "./field-set-cache.ts";
import { configMap, deployment, lists } from "./test-schemas.ts";
import { applyConfiguration, trackUpdate } from "./updater.ts";
import type { WriteDoor } from "./updater.ts";

const early = "2026-01-01T00:00:00Z";
const late = "2026-01-01T01:00:00Z";

function door(apiVersion: string, kind: string, schema: Schema, extra: Partial<WriteDoor> = {}): WriteDoor {
  return { apiVersion, kind, schema, subresource: "", cache: new FieldSetCache(), ...extra };
}

const configMaps = door("v1", "ConfigMap", configMap);
const deployments = door("apps/v1", "Deployment", deployment, { resetFields: { "apps/v1": { "f:status": {} } } });
const customs = door("example.com/v1", "List1", lists);

function object(at: WriteDoor, members: JsonObject, name = "a"): KubeObject {
  return { apiVersion: at.apiVersion, kind: at.kind, ...members, metadata: { name, ...(members["metadata"] as JsonObject | undefined) } };
}

function created(at: WriteDoor, members: JsonObject, manager: string): KubeObject {
  const updated = object(at, members);
  trackUpdate({ door: at, live: undefined, updated, manager, now: early });
  return stored(updated);
}

/** What the server would have stored: with a uid, and nobody shares it. */
function stored(written: KubeObject): KubeObject {
  const copy = copyJson(written);
  copy.metadata.uid = "u";
  return copy;
}

function updated(at: WriteDoor, live: KubeObject, change: (object: KubeObject) => void, manager: string): KubeObject {
  const next = copyJson(live);
  change(next);
  trackUpdate({ door: at, live, updated: next, manager, now: late });
  return stored(next);
}

function applied(at: WriteDoor, live: KubeObject | undefined, members: JsonObject, manager: string, force = false): KubeObject {
  return stored(applyConfiguration({ door: at, live, applied: object(at, members), manager, force, now: late }).object);
}

function owners(written: KubeObject): string[] {
  return (written.metadata.managedFields ?? []).map((entry) => `${entry.manager} ${entry.operation} ${JSON.stringify(entry.fieldsV1)}`);
}

describe("an update", () => {
  it("gives the writer of a new object what it wrote, with the maps that came into being", () => {
    const live = created(configMaps, { data: { x: "1" } }, "creator");
    assert.deepEqual(live.metadata.managedFields, [
      {
        manager: "creator",
        operation: "Update",
        apiVersion: "v1",
        time: early,
        fieldsType: "FieldsV1",
        fieldsV1: { "f:data": { ".": {}, "f:x": {} } },
      },
    ]);
  });

  it("gives nobody what a typed object always has, nor what the door resets", () => {
    const spec = { selector: { matchLabels: { a: "b" } }, template: { spec: { containers: [{ name: "m", image: "i" }] } } };
    const live = created(deployments, { spec, status: { replicas: 1 } }, "c");
    assert.deepEqual(live.metadata.managedFields?.[0]?.fieldsV1, {
      "f:spec": {
        "f:selector": {},
        "f:template": { "f:spec": { "f:containers": { 'k:{"name":"m"}': { ".": {}, "f:image": {}, "f:name": {}, "f:resources": {} } } } },
      },
    });
  });

  it("adds to the writer's entry, takes what it changed from others and leaves them the rest", () => {
    let live = created(configMaps, { data: { x: "1", y: "1" } }, "a");
    live = updated(configMaps, live, (next) => Object.assign(next["data"] as JsonObject, { x: "2" }), "b");
    assert.deepEqual(owners(live), ['a Update {"f:data":{".":{},"f:y":{}}}', 'b Update {"f:data":{"f:x":{}}}']);
    live = updated(configMaps, live, (next) => Object.assign(next["data"] as JsonObject, { z: "1" }), "a");
    assert.deepEqual(owners(live), ['a Update {"f:data":{".":{},"f:y":{},"f:z":{}}}', 'b Update {"f:data":{"f:x":{}}}']);
  });

  it("takes what it removed from everyone and forgets owners of nothing", () => {
    let live = created(configMaps, { data: { x: "1", y: "1" } }, "a");
    live = updated(configMaps, live, (next) => Object.assign(next["data"] as JsonObject, { y: "2" }), "b");
    live = updated(configMaps, live, (next) => (next["data"] = { only: "this" }), "c");
    assert.deepEqual(owners(live), ['a Update {"f:data":{}}', 'c Update {"f:data":{"f:only":{}}}']);
  });

  it("changes no entry where it changes nothing", () => {
    const live = created(configMaps, { data: { x: "1" } }, "a");
    assert.deepEqual(
      updated(configMaps, live, () => undefined, "b"),
      live,
    );
  });

  it("forgets all owners when told an empty list, and tells none until the next apply", () => {
    let live = created(configMaps, { data: { x: "1" } }, "a");
    live = updated(configMaps, live, (next) => (next.metadata.managedFields = [{}]), "b");
    assert.equal(live.metadata.managedFields, undefined);
    live = updated(configMaps, live, (next) => Object.assign(next["data"] as JsonObject, { y: "1" }), "b");
    assert.equal(live.metadata.managedFields, undefined);
  });

  it("takes sound entries from the writer and keeps the stored ones where they are not", () => {
    const live = created(configMaps, { data: { x: "1" } }, "a");
    const given = { manager: "g", operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: { "f:data": { "f:x": {} } } };
    assert.deepEqual(owners(updated(configMaps, live, (next) => (next.metadata.managedFields = [given]), "b")), [
      'g Apply {"f:data":{"f:x":{}}}',
    ]);
    const broken = { ...given, operation: "Nope" };
    assert.deepEqual(owners(updated(configMaps, live, (next) => (next.metadata.managedFields = [broken]), "b")), owners(live));
    for (const fieldsV1 of [{ x: {} }, "text" as unknown as JsonObject]) {
      const malformed = { ...given, fieldsV1 };
      assert.deepEqual(owners(updated(configMaps, live, (next) => (next.metadata.managedFields = [malformed]), "b")), owners(live));
    }
  });

  it("merges the oldest updaters beyond ten into one", () => {
    let live = created(configMaps, { data: { x: "1" } }, "m0");
    for (let i = 1; i <= 12; i++)
      live = updated(
        configMaps,
        live,
        (next) => Object.assign(next["data"] as JsonObject, { [`k${i}`]: "1" }),
        `m${String(i).padStart(2, "0")}`,
      );
    const names = (live.metadata.managedFields ?? []).map((entry) => entry.manager);
    assert.equal(names.length, 10);
    assert.ok(names.includes("ancient-changes"));
    const bucket = live.metadata.managedFields?.find((entry) => entry.manager === "ancient-changes");
    assert.deepEqual(bucket?.fieldsV1, { "f:data": { ".": {}, "f:k1": {}, "f:k2": {}, "f:k3": {}, "f:x": {} } });
  });
});

describe("an apply", () => {
  it("creates what is absent and owns what it mentions", () => {
    const live = applied(configMaps, undefined, { data: { x: "1" } }, "one");
    assert.deepEqual(owners(live), ['one Apply {"f:data":{"f:x":{}}}']);
    assert.deepEqual(live["data"], { x: "1" });
  });

  it("shares a field of the same value, and keeps it until its last owner lets go", () => {
    let live = applied(configMaps, undefined, { data: { x: "1", y: "1" } }, "one");
    const second = applyConfiguration({
      door: configMaps,
      live,
      applied: object(configMaps, { data: { x: "1" } }),
      manager: "two",
      force: false,
      now: late,
    });
    assert.equal(second.object.metadata.managedFields?.find((entry) => entry.manager === "two")?.time, undefined);
    live = applied(configMaps, stored(second.object), { data: { y: "1" } }, "one");
    assert.deepEqual(live["data"], { x: "1", y: "1" });
    live = applied(configMaps, live, {}, "two");
    assert.deepEqual(live["data"], { y: "1" });
    live = applied(configMaps, live, {}, "one");
    assert.equal(live["data"], undefined);
    assert.equal(live.metadata.managedFields, undefined);
  });

  it("changes nothing when it says what is there already", () => {
    const live = applied(configMaps, undefined, { data: { x: "1" } }, "one");
    const again = applyConfiguration({
      door: configMaps,
      live,
      applied: object(configMaps, { data: { x: "1" } }),
      manager: "one",
      force: false,
      now: late,
    });
    assert.equal(again.changed, false);
    assert.equal(again.object, live);
  });

  it("refuses to change what others own, and takes it when forced", () => {
    const live = applied(
      customs,
      undefined,
      { spec: { set: ["a", "b"], atomic: ["x"], map: [{ k: "1", v: 1 }], struct: { a: "1" } } },
      "one",
    );
    const config = { spec: { atomic: ["y"], struct: { b: "2" }, map: [{ k: "1", v: 9 }] } };
    assert.throws(
      () => applied(customs, live, config, "two"),
      (error) => {
        assert.ok(error instanceof StatusError);
        assert.equal(
          error.status.message,
          'Apply failed with 3 conflicts: conflicts with "one":\n- .spec.atomic\n- .spec.struct\n- .spec.map[k="1",p="tcp"].v',
        );
        assert.equal(error.status.code, 409);
        assert.deepEqual(error.status.details?.causes?.[2], {
          reason: "FieldManagerConflict",
          message: 'conflict with "one"',
          field: '.spec.map[k="1",p="tcp"].v',
        });
        return true;
      },
    );
    const forced = applied(customs, live, config, "two", true);
    assert.deepEqual(forced["spec"], { set: ["a", "b"], atomic: ["y"], map: [{ k: "1", v: 9 }], struct: { b: "2" } });
    assert.deepEqual(owners(forced), [
      'one Apply {"f:spec":{"f:map":{"k:{\\"k\\":\\"1\\",\\"p\\":\\"tcp\\"}":{".":{},"f:k":{}}},"f:set":{"v:\\"a\\"":{},"v:\\"b\\"":{}}}}',
      'two Apply {"f:spec":{"f:atomic":{},"f:map":{"k:{\\"k\\":\\"1\\",\\"p\\":\\"tcp\\"}":{".":{},"f:k":{},"f:v":{}}},"f:struct":{}}}',
    ]);
  });

  it("merges lists by their items and removes the items it no longer sends", () => {
    let live = applied(customs, undefined, { spec: { set: ["a", "b"], map: [{ k: "1", p: "tcp", v: 1 }], atomic: ["x"] } }, "one");
    live = applied(
      customs,
      live,
      {
        spec: {
          set: ["b", "c"],
          map: [
            { k: "2", v: 2 },
            { k: "1", p: "udp", v: 3 },
          ],
        },
      },
      "two",
    );
    assert.deepEqual(live["spec"], {
      set: ["a", "b", "c"],
      atomic: ["x"],
      map: [
        { k: "1", p: "tcp", v: 1 },
        { k: "2", v: 2 },
        { k: "1", p: "udp", v: 3 },
      ],
    });
    live = applied(customs, live, { spec: { set: ["a"] } }, "one");
    assert.deepEqual(live["spec"], {
      set: ["a", "b", "c"],
      map: [
        { k: "2", v: 2 },
        { k: "1", p: "udp", v: 3 },
      ],
    });
    live = applied(customs, live, {}, "two");
    assert.deepEqual(live["spec"], { set: ["a"] });
  });

  it("records who wrote before the first apply", () => {
    let live = created(configMaps, { data: { x: "1" } }, "a");
    live = updated(configMaps, live, (next) => (next.metadata.managedFields = []), "a");
    live = applied(configMaps, live, { data: { y: "2" } }, "one");
    assert.deepEqual(owners(live), ['one Apply {"f:data":{"f:y":{}}}', 'before-first-apply Update {"f:data":{".":{},"f:x":{}}}']);
  });

  it("takes over from kubectl's client-side apply and keeps its annotation true", () => {
    const name = "kubectl.kubernetes.io/last-applied-configuration";
    const text = '{"apiVersion":"v1","data":{"x":"1","y":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a"}}\n';
    const live = created(
      configMaps,
      { data: { x: "1", y: "1" }, metadata: { annotations: { [name]: text } } },
      "kubectl-client-side-apply",
    );
    assert.throws(
      () => applied(configMaps, live, { data: { x: "2" } }, "other"),
      /conflict with "kubectl-client-side-apply" using v1: .data.x/,
    );
    const taken = applied(configMaps, live, { data: { x: "2" } }, "kubectl");
    assert.equal(taken.metadata.annotations?.[name], '{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n');
    assert.deepEqual(taken["data"], { x: "2", y: "1" });
    assert.deepEqual(owners(taken), [
      'kubectl Apply {"f:data":{"f:x":{}}}',
      'kubectl-client-side-apply Update {"f:data":{".":{},"f:y":{}},"f:metadata":{"f:annotations":{".":{},"f:kubectl.kubernetes.io/last-applied-configuration":{}}}}',
    ]);
  });

  it("takes over nothing that somebody changed since client-side apply", () => {
    const name = "kubectl.kubernetes.io/last-applied-configuration";
    const text = '{"apiVersion":"v1","data":{"x":"1"},"kind":"ConfigMap","metadata":{"name":"a"}}';
    let live = created(configMaps, { data: { x: "1" }, metadata: { annotations: { [name]: text } } }, "kubectl-client-side-apply");
    live = updated(configMaps, live, (next) => Object.assign(next["data"] as JsonObject, { x: "9" }), "other");
    assert.throws(() => applied(configMaps, live, { data: { x: "2" } }, "kubectl"), /1 conflict: conflict with "other" using v1: .data.x/);
  });

  it("tells what does not fit the type", () => {
    const message = (members: JsonObject, at = customs): string => {
      try {
        applied(at, undefined, members, "one");
      } catch (error) {
        assert.ok(error instanceof StatusError);
        return `${error.status.code} ${error.message}`;
      }
      return "";
    };
    assert.equal(
      message({ spec: { nope: 1 } }),
      "500 failed to create typed patch object (/a; example.com/v1, Kind=List1): .spec.nope: field not declared in schema",
    );
    assert.equal(
      message({ spec: { set: ["a", "a"] } }),
      '500 failed to create typed patch object (/a; example.com/v1, Kind=List1): .spec.set: duplicate entries for key [="a"]',
    );
    assert.equal(
      message({ bogus: 1 }, configMaps),
      "500 failed to create typed patch object (/a; /v1, Kind=ConfigMap): .bogus: field not declared in schema",
    );
    for (const managedFields of [[{}], []])
      assert.equal(message({ metadata: { managedFields } }), "400 metadata.managedFields must be nil");
    assert.equal(message({ kind: "Other" }), "400 invalid object type: example.com/v1, Kind=Other");
    assert.equal(message({ spec: { map: [{ v: 1 }] } }), "");
  });
});
