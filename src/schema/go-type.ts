import type { Schema } from "./schema.ts";

const scalarNames = {
  string: "string",
  boolean: "bool",
  int32: "int32",
  int64: "int64",
  number: "float64",
  bytes: "[]uint8",
  time: "v1.Time",
  microTime: "v1.MicroTime",
  duration: "v1.Duration",
  quantity: "resource.Quantity",
  intOrString: "intstr.IntOrString",
} as const;

const anyNames = {
  rawExtension: "runtime.RawExtension",
  fieldsV1: "v1.FieldsV1",
  json: "v1.JSON",
  jsonSchemaProps: "v1.JSONSchemaProps",
} as const;

/** The type as messages about a wrongly typed member name it: []v1.Container, map[string]string, v1.ObjectMeta. */
export function goType(schema: Schema): string {
  if (schema.goType !== undefined) return schema.goType;
  switch (schema.type) {
    case "list":
      return `[]${goType(schema.items)}`;
    case "map":
      return `map[string]${goType(schema.values)}`;
    case "object":
      return schema.name === undefined ? "map[string]interface {}" : schema.name.split(".").slice(-2).join(".");
    case "any":
      return anyNames[schema.any];
    default:
      return scalarNames[schema.type];
  }
}

/** The name alone, as it stands before a member: Container in Container.spec.containers.image. */
export function goStruct(schema: Schema): string {
  const type = goType(schema);
  return type.slice(type.lastIndexOf(".") + 1);
}
