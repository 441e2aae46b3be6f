import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Pod } from "../api/core-v1.ts";
import { typed } from "../api/typed.ts";
import type { JsonObject } from "../object/json.ts";
import { decode } from "./decode.ts";
import { loadTypes } from "./load.ts";
import type { Schema } from "./schema.ts";

const data = new URL("../../../data/kubernetes-v1.36/", import.meta.url);
const types = loadTypes(data);

function table<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, data), "utf8")) as T;
}

test("every type that a table names is there, and its zeros end", () => {
  const seen = new Set<Schema>();
  const walk = (schema: Schema): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    if (schema.type === "list") walk(schema.items);
    else if (schema.type === "map") walk(schema.values);
    else if (schema.type === "object") {
      for (const field of schema.fields.values()) {
        assert.doesNotThrow(() => JSON.stringify(field.zero));
        walk(field.schema);
      }
    }
  };
  for (const definition of types.definitions) walk(types.schemaFor(definition));
  assert.ok(seen.size > 1000);
});

test("every served kind, its list and its subresources' kinds have a type", () => {
  type Row = {
    group: string;
    version: string;
    kind: string;
    verbs: string[];
    subresources?: { kind: string; kindGroupVersion?: string }[];
  };
  for (const { group, version, kind, verbs, subresources = [] } of table<Row[]>("resources.json")) {
    assert.ok(types.schemaForKind({ group, version, kind }), kind);
    if (verbs.includes("list")) assert.ok(types.schemaForKind({ group, version, kind: `${kind}List` }), `${kind}List`);
    for (const below of subresources) {
      const [otherGroup = group, otherVersion = version] = below.kindGroupVersion
        ? ["", ...below.kindGroupVersion.split("/")].slice(-2)
        : [];
      assert.ok(types.schemaForKind({ group: otherGroup, version: otherVersion, kind: below.kind }), below.kind);
    }
  }
});

test("lists tell their items apart, and fields know patch keys, protobuf numbers and enumerations", () => {
  const spec = types.schemaFor("io.k8s.api.core.v1.PodSpec");
  const containers = spec.fields.get("containers");
  assert.ok(containers?.schema.type === "list");
  assert.deepEqual([containers.schema.listType, containers.schema.keys], ["map", ["name"]]);
  assert.deepEqual([containers.patchStrategy, containers.patchMergeKey], [["merge"], "name"]);
  assert.deepEqual(containers.proto, { number: 2 });
  assert.deepEqual(types.schemaFor("io.k8s.api.core.v1.Volume").fields.get("emptyDir")?.proto, { number: 2, inlined: [2] });
  const policy = spec.fields.get("restartPolicy")?.schema;
  assert.deepEqual(policy?.type === "string" && policy.enum, ["Always", "Never", "OnFailure"]);
  const selector = spec.fields.get("nodeSelector")?.schema;
  assert.equal(selector?.type === "map" && selector.atomic, true);
});

test("a kind of another release has no type", () => {
  assert.equal(types.schemaForKind({ group: "apps", version: "v1beta1", kind: "Deployment" }), undefined);
  assert.throws(() => types.schemaFor("io.k8s.api.core.v1.Nothing"), /no type/);
});

test("a decoded object can be read as the type of its kind, and given back as any object", () => {
  const decoded = decode({ metadata: { name: "a" }, spec: { containers: [{ name: "c" }] } }, types.schemaFor("io.k8s.api.core.v1.Pod"));
  assert.ok(decoded.ok);
  const pod = typed<Pod>(decoded.value);
  assert.equal(pod.spec?.containers?.[0]?.name, "c");
  const object: JsonObject = pod;
  assert.equal(object, decoded.value);
});
