import assert from "node:assert/strict";
import { test } from "node:test";
import type { Descriptions } from "./descriptions.ts";
import { loadTypes } from "./load.ts";
import { openApiDefinition } from "./to-openapi.ts";

const types = loadTypes(new URL("../../../data/kubernetes-v1.36/", import.meta.url));
const described: Descriptions = { of: (_, member) => (member === undefined ? "A type." : `The ${member}.`), ofColumn: () => undefined };
const silent: Descriptions = { of: () => undefined, ofColumn: () => undefined };

test("a definition shows types, references, Go's zeros as defaults, list types and patch keys", () => {
  const referred: string[] = [];
  const document = openApiDefinition(types.schemaFor("io.k8s.api.apps.v1.DeploymentSpec"), {
    descriptions: described,
    kinds: [],
    refer: (definition) => referred.push(definition),
  });
  assert.deepEqual(document["required"], ["selector", "template"]);
  const properties = document["properties"] as Record<string, unknown>;
  assert.deepEqual(properties["replicas"], { description: "The replicas.", type: "integer", format: "int32" });
  assert.deepEqual(properties["strategy"], {
    "description": "The strategy.",
    "allOf": [{ $ref: "#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy" }],
    "default": {},
    "x-kubernetes-patch-strategy": "retainKeys",
  });
  assert.ok(referred.includes("io.k8s.api.core.v1.PodTemplateSpec"));
});

test("what is not described is referred to without a wrapper, and a kind is named", () => {
  const document = openApiDefinition(types.schemaFor("io.k8s.api.core.v1.Secret"), {
    descriptions: silent,
    kinds: [{ group: "", version: "v1", kind: "Secret" }],
    refer: () => undefined,
  });
  assert.deepEqual(document["x-kubernetes-group-version-kind"], [{ group: "", kind: "Secret", version: "v1" }]);
  assert.equal("description" in document, false);
  const properties = document["properties"] as Record<string, unknown>;
  assert.deepEqual(properties["data"], { type: "object", additionalProperties: { type: "string", format: "byte" } });
});

test("a member may be owned otherwise than its type says", () => {
  const document = openApiDefinition(types.schemaFor("io.k8s.api.core.v1.PersistentVolumeSpec"), {
    descriptions: silent,
    kinds: [],
    refer: () => undefined,
  });
  const claim = (document["properties"] as Record<string, Record<string, unknown>>)["claimRef"];
  assert.equal(claim?.["x-kubernetes-map-type"], "granular");
  assert.equal(types.schemaFor("io.k8s.api.core.v1.ObjectReference").atomic, true);
});
