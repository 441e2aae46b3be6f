import { isObject, setOwn, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { ObjectSchema, ScalarType, Schema } from "../../schema/schema.ts";

/** A place below an object, as the member names and list steps that lead to it. */
export type SchemaPath = readonly string[];

/** Deepest place that is looked at; no type that a container has is deeper. */
const maxDepth = 12;

/** Every scalar below a type, with what scalar it is. Lists and maps are walked by one item. For tests of rules. */
export function scalarPaths(schema: ObjectSchema): { readonly path: SchemaPath; readonly type: ScalarType }[] {
  const found: { path: SchemaPath; type: ScalarType }[] = [];
  const walk = (at: Schema, path: SchemaPath): void => {
    if (path.length > maxDepth) return;
    switch (at.type) {
      case "object":
        for (const [name, field] of at.fields) walk(field.schema, [...path, name]);
        break;
      case "list":
        walk(at.items, [...path, "[]"]);
        break;
      case "map":
        walk(at.values, [...path, "{}"]);
        break;
      case "any":
        break;
      default:
        found.push({ path, type: at.type });
    }
  };
  walk(schema, []);
  return found;
}

/** Sets a value at a path, in place, making what lies on the way. */
export function setAtPath(object: JsonObject, path: SchemaPath, value: JsonValue): void {
  let target: JsonObject | JsonValue[] = object;
  path.forEach((step, i) => {
    const next = path[i + 1];
    const child: JsonValue = next === undefined ? value : next === "[]" ? [] : {};
    if (Array.isArray(target)) {
      if (target[0] === undefined || next === undefined) target[0] = child;
      target = container(target[0]) ?? target;
    } else {
      const name = step === "{}" ? "key" : step;
      if (target[name] === undefined || next === undefined) setOwn(target, name, child);
      target = container(target[name]) ?? target;
    }
  });
}

function container(value: JsonValue | undefined): JsonObject | JsonValue[] | undefined {
  return Array.isArray(value) || isObject(value) ? value : undefined;
}

/** Values of a scalar that most rules refuse, of the right type. */
export function dubiousValues(type: ScalarType): readonly JsonValue[] {
  switch (type) {
    case "boolean":
      return [true, false];
    case "int32":
    case "int64":
    case "number":
      return [-1, 0, 70000];
    case "quantity":
      return ["-1", "1500m"];
    case "intOrString":
      return [0, 70000, "Bad Value!"];
    case "string":
      return ["", "Bad Value!", "../x", "x".repeat(300)];
    default:
      return [];
  }
}
