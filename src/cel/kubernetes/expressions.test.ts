import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadonlyJson } from "../../object/json.ts";
import type { Field, ObjectSchema, Schema } from "../../schema/schema.ts";
import { custom, examples, pod } from "./examples.ts";
import type { Example } from "./examples.ts";
import {
  CombinedTypes,
  Optional,
  SchemaTypes,
  activation,
  admissionTypes,
  authorizerKind,
  authorizerValue,
  celLimits,
  kubernetesEnvironment,
  readJson,
  requestResourceValue,
  resourceKind,
  types,
  writeJson,
} from "./index.ts";
import type { Authorize } from "./index.ts";

function object(fields: Readonly<Record<string, Schema>>, more: Partial<ObjectSchema> = {}): ObjectSchema {
  const declared = Object.entries(fields).map(([name, schema]): [string, Field] => [
    name,
    { name, schema, required: false, dropZero: false },
  ]);
  return { type: "object", fields: new Map(declared), ...more };
}

const string: Schema = { type: "string" };
const int: Schema = { type: "int64" };
const customSchema = object(
  {
    spec: object({
      "min": int,
      "max": int,
      "weight": { type: "number" },
      "max-size": int,
      "namespace": string,
      "mode": string,
      "big": int,
      "gone": string,
      "tags": { type: "list", items: string, listType: "set", keys: [] },
      "ports": { type: "list", items: object({ name: string, port: int }), listType: "map", keys: ["name"] },
      "labels": { type: "map", values: string },
      "limits": { type: "map", values: { type: "quantity" } },
      "target": { type: "intOrString" },
      "since": { type: "string", format: "date-time" },
      "day": { type: "string", format: "date" },
      "timeout": { type: "string", format: "duration" },
      "secret": { type: "string", format: "byte" },
      "free": { type: "any", any: "json" },
    }),
  },
  { embedded: true },
);

const authorize: Authorize = ({ resource, group, serviceAccount }) =>
  resource === "secrets"
    ? { allowed: false, reason: "no secrets" }
    : { allowed: group !== "apps" || serviceAccount !== undefined, reason: "" };

const own = new SchemaTypes();
const self = own.declare("self", customSchema);
const admission = admissionTypes();
const environment = kubernetesEnvironment().extend({
  types: new CombinedTypes(own, admission.types),
  variables: [
    ["object", types.dynType],
    ["oldObject", types.dynType],
    ["params", types.dynType],
    ["request", admission.request.type],
    ["namespaceObject", admission.namespaceObject.type],
    ["authorizer", authorizerKind.type],
    ["authorizer.requestResource", resourceKind.type],
    ["self", self.type],
    ["oldSelf", types.optionalType(self.type)],
  ],
});
const request = {
  operation: "CREATE",
  name: "web-1",
  namespace: "shop",
  subResource: "",
  dryRun: false,
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  userInfo: { username: "alice", groups: ["devs", "system:authenticated"] },
};
const variables = activation({
  "object": readJson(pod),
  "oldObject": null,
  "params": readJson({ maxReplicas: 4 }),
  "request": admission.request.read(request),
  "namespaceObject": admission.namespaceObject.read({ metadata: { name: "shop", labels: { env: "prod" } } }),
  "authorizer": authorizerValue(authorize),
  "authorizer.requestResource": requestResourceValue(authorize, { resource: "pods" }),
  "self": self.read(custom),
  "oldSelf": new Optional(self.read({ ...custom, spec: { min: 1, max: 9 } } satisfies Record<string, ReadonlyJson>)),
});

function check({ expr, type, expected, cost }: Example): void {
  const { checked, message } = environment.compile(expr);
  if ("fault" in expected) {
    assert.ok(message?.includes(expected.fault), `${expr}: ${message ?? "compiles"}`);
    return;
  }
  assert.ok(checked !== undefined, `${expr}: ${message ?? ""}`);
  assert.equal(types.formatType(checked.types[checked.expr.id] ?? types.dynType), type, expr);
  const result = environment.program(checked).evaluate(variables, { costLimit: celLimits.perCall });
  if ("error" in expected) {
    assert.equal(result.error?.message ?? "no error", expected.error, expr);
    return;
  }
  assert.equal(result.error?.message, undefined, expr);
  assert.deepEqual(writeJson(result.value ?? null), expected.value, expr);
  if (cost !== undefined) assert.equal(result.cost, cost, expr);
}

test("expressions of published policies and definitions come out as they should", () => {
  assert.ok(examples.length >= 200, String(examples.length));
  const wrong: string[] = [];
  for (const example of examples) {
    try {
      check(example);
    } catch (fault) {
      wrong.push(fault instanceof Error ? fault.message : String(fault));
    }
  }
  assert.deepEqual(wrong, []);
});
