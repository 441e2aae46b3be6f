import type { Field, ListSchema, MapSchema, ObjectSchema, ScalarSchema, ScalarType, Schema } from "../schema/schema.ts";

/** Types for this room's tests, small and close to real ones. */

/** A scalar type. */
export function scalar(type: ScalarType): ScalarSchema {
  return { type };
}

/** A field of a struct; `extra` sets what differs from an optional pointer. */
export function field(name: string, schema: Schema, extra: Partial<Field> = {}): Field {
  return { name, schema, required: false, dropZero: false, ...extra };
}

/** A struct of fields. */
export function struct(fields: readonly Field[], extra: Partial<ObjectSchema> = {}): ObjectSchema {
  return {
    type: "object",
    fields: new Map(fields.map((one) => [one.name, one])),
    zeros: fields.filter((one) => one.zero !== undefined),
    ...extra,
  };
}

/** A list; a "map" list by its keys. */
export function list(items: Schema, listType: ListSchema["listType"], keys: readonly string[] = []): ListSchema {
  return { type: "list", items, listType, keys };
}

/** A map with text keys. */
export function map(values: Schema, extra: Partial<MapSchema> = {}): MapSchema {
  return { type: "map", values, ...extra };
}

const text = scalar("string");
const omitted = { dropZero: true } as const;

/** The metadata that every test kind has. */
export const metadata = struct([
  field("name", text, omitted),
  field("namespace", text, omitted),
  field("uid", text, omitted),
  field("resourceVersion", text, omitted),
  field("creationTimestamp", scalar("time"), omitted),
  field("labels", map(text), omitted),
  field("annotations", map(text), omitted),
  field("finalizers", list(text, "set"), omitted),
  field("managedFields", list({ type: "any", any: "rawExtension" }, "atomic"), omitted),
]);

/** A whole kind from the fields beside apiVersion, kind and metadata. */
export function kind(fields: readonly Field[]): ObjectSchema {
  return struct([field("apiVersion", text, omitted), field("kind", text, omitted), field("metadata", metadata, { zero: {} }), ...fields]);
}

/** v1 ConfigMap. */
export const configMap = kind([field("data", map(text), omitted), field("immutable", scalar("boolean"))]);

const port = struct([
  field("name", text, omitted),
  field("containerPort", scalar("int32"), { required: true, zero: 0 }),
  field("protocol", text, { default: "TCP", dropZero: true }),
]);

const container = struct([
  field("name", text, { required: true, zero: "" }),
  field("image", text, omitted),
  field("args", list(text, "atomic"), omitted),
  field("ports", list(port, "map", ["containerPort", "protocol"]), omitted),
  field("env", list(struct([field("name", text, { zero: "" }), field("value", text, omitted)]), "map", ["name"]), omitted),
  field("resources", struct([field("limits", map(scalar("quantity")), omitted)]), { zero: {} }),
]);

const podSpec = struct([
  field("containers", list(container, "map", ["name"]), { required: true, zero: null }),
  field("nodeSelector", map(text, { atomic: true }), omitted),
  field("tolerations", list(struct([field("key", text, omitted), field("operator", text, omitted)]), "atomic"), omitted),
]);

/** Much of apps/v1 Deployment. */
export const deployment = kind([
  field(
    "spec",
    struct([
      field("replicas", scalar("int32")),
      field("selector", struct([field("matchLabels", map(text), omitted)], { atomic: true }), { required: true, zero: null }),
      field("template", struct([field("metadata", metadata, { zero: {} }), field("spec", podSpec, { zero: {} })]), {
        required: true,
        zero: {},
      }),
    ]),
    { zero: {} },
  ),
  field("status", struct([field("replicas", scalar("int32"), omitted)]), { zero: {} }),
]);

/** A custom kind with one of each list and map type, as apply/custom-resource.json has it. */
export const lists = kind([
  field(
    "spec",
    struct([
      field("set", list(text, "set")),
      field("atomic", list(text, "atomic")),
      field(
        "map",
        list(struct([field("k", text, { required: true }), field("p", text, { default: "tcp" }), field("v", scalar("int64"))]), "map", [
          "k",
          "p",
        ]),
      ),
      field("struct", struct([field("a", text), field("b", text)], { atomic: true })),
      field("granular", map(text)),
    ]),
  ),
]);
