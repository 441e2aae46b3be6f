import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { copyJson, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import type { ObjectSchema, Schema } from "../../schema/schema.ts";
import { loadTypes } from "../../schema/load.ts";
import { pod } from "../core/pod.ts";
import type { StrategyContext } from "../definition.ts";

const types = loadTypes(new URL("../../../../data/kubernetes-v1.36/", import.meta.url));
const podSpec = types.schemaFor("io.k8s.api.core.v1.PodSpec");

const context: StrategyContext = {
  now: "2026-01-01T00:00:00Z",
  user: { name: "someone", groups: [] },
  settings: {
    allowPrivileged: true,
    nodePortRange: { from: 30000, to: 32767 },
    serviceCidrs: ["10.0.0.0/24"],
    eventTtlSeconds: 3600,
  },
  dryRun: false,
};

const texts = fc.constantFrom("", "a", "Bad Value!", "../x", "Always", "Never", "Localhost", "cpu", "1.2.3.4", "x".repeat(64));
const quantities = fc.constantFrom("0", "1", "100m", "1Gi", "-1", "1500m", "1e3", "0.0001");

/** Decoded values of a type: right in type, anything in content. */
function valuesOf(schema: Schema, depth: number): fc.Arbitrary<JsonValue> {
  switch (schema.type) {
    case "object":
      return objectsOf(schema, depth);
    case "list":
      return depth === 0 ? fc.constant([]) : fc.array(valuesOf(schema.items, depth - 1), { maxLength: 2 });
    case "map":
      return fc.dictionary(fc.constantFrom("cpu", "memory", "a/b", "Bad Key!", "__proto__"), valuesOf(schema.values, 0), {
        maxKeys: 2,
        noNullPrototype: true,
      });
    case "any":
      return fc.constant({});
    case "boolean":
      return fc.boolean();
    case "int32":
    case "int64":
    case "number":
      return fc.constantFrom(-1, 0, 1, 80, 70000);
    case "quantity":
      return quantities;
    case "intOrString":
      return fc.oneof(fc.constantFrom(0, 80, 70000), texts);
    case "time":
    case "microTime":
      return fc.constant("2026-01-01T00:00:00Z");
    default:
      return texts;
  }
}

function objectsOf(schema: ObjectSchema, depth: number, maxMembers = 6): fc.Arbitrary<JsonObject> {
  if (depth === 0) return fc.constant({});
  const members: Record<string, fc.Arbitrary<JsonValue>> = {};
  for (const [name, field] of schema.fields) members[name] = valuesOf(field.schema, depth - 1);
  const names = Object.keys(members);
  return fc
    .subarray(names, { maxLength: Math.min(maxMembers, names.length) })
    .chain((chosen) =>
      fc.record(Object.fromEntries(chosen.map((name) => [name, members[name] as fc.Arbitrary<JsonValue>])), { noNullPrototype: true }),
    );
}

const pods: fc.Arbitrary<KubeObject> = objectsOf(podSpec, 6).map((spec) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns" },
  spec,
}));

/** A good pod with a member or two of anything. */
const mostlyGoodPods: fc.Arbitrary<KubeObject> = objectsOf(podSpec, 4, 2).map((spec) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns" },
  spec: { ...spec, containers: [{ name: "c", image: "i:1" }] },
}));

test("defaulting a pod twice is defaulting it once", () => {
  fc.assert(
    fc.property(pods, (object) => {
      pod.applyDefaults?.(object, "v1");
      const once = copyJson(object);
      pod.applyDefaults?.(object, "v1");
      assert.deepEqual(object, once);
    }),
    { numRuns: 1000 },
  );
});

test("no pod of the right types makes the rules, the warnings or the columns fail", () => {
  fc.assert(
    fc.property(pods, pods, (object, old) => {
      for (const one of [object, old]) {
        pod.applyDefaults?.(one, "v1");
        pod.strategy?.prepareForCreate?.(one, context);
      }
      pod.strategy?.validate?.(object, context);
      pod.strategy?.validateUpdate?.(object, old, context);
      pod.strategy?.warnings?.(object, undefined, context);
      for (const cell of Object.values(pod.cells ?? {})) cell(object, 0);
      for (const door of Object.values(pod.subresources ?? {})) {
        const changed = copyJson(object) as KubeObject;
        door.prepareForUpdate?.(changed, old, context);
        door.validateUpdate?.(changed, old, context);
      }
    }),
    { numRuns: 800 },
  );
});

test("an update that changes nothing is valid if the pod was", () => {
  fc.assert(
    fc.property(mostlyGoodPods, (object) => {
      pod.applyDefaults?.(object, "v1");
      pod.strategy?.prepareForCreate?.(object, context);
      const faults = pod.strategy?.validate?.(object, context) ?? [];
      fc.pre(faults.length === 0);
      assert.deepEqual(pod.strategy?.validateUpdate?.(copyJson(object) as KubeObject, object, context), []);
    }),
    { numRuns: 100, maxSkipsPerRun: 1000 },
  );
});
