import { setOwn } from "../../object/json.ts";
import type { JsonObject, JsonValue } from "../../object/json.ts";
import { fn, globalOverload } from "../declaration.ts";
import type { Library, TypeProvider } from "../declaration.ts";
import { equal } from "../equal.ts";
import { dynType, stringType, structType } from "../types.ts";
import type { Type } from "../types.ts";
import { EvalError, List, isStruct } from "../value.ts";
import type { StructValue, Value } from "../value.ts";
import { quoted } from "./opaque.ts";
import { writeJson } from "./json.ts";
import { unescapeFieldName } from "./names.ts";

/** A struct that an expression has made: `Object{…}` of an apply configuration, or one operation of a JSON patch. */
export class MadeStruct implements StructValue {
  readonly kind = "struct";
  readonly type: Type;
  readonly fields: ReadonlyMap<string, Value>;

  constructor(type: Type, fields: ReadonlyMap<string, Value>) {
    this.type = type;
    this.fields = fields;
  }

  get(field: string): Value | undefined {
    return this.fields.get(field);
  }

  has(field: string): boolean {
    return this.fields.has(field);
  }

  isZero(): boolean {
    return this.fields.size === 0;
  }

  equals(other: StructValue): boolean {
    if (!(other instanceof MadeStruct) || other.type.name !== this.type.name || other.fields.size !== this.fields.size) return false;
    for (const [field, value] of this.fields) {
      const theirs = other.fields.get(field);
      if (theirs === undefined || !equal(value, theirs)) return false;
    }
    return true;
  }

  toJson(depth: number): JsonValue {
    const object: JsonObject = {};
    for (const [field, value] of this.fields) setOwn(object, unescapeFieldName(field) ?? field, writeJson(value, depth));
    return object;
  }
}

/** `Object`, `Object.spec`, `Object.spec.template`…: any path, with any fields, checked only when it is used. */
export const applyConfigurationTypes: TypeProvider = {
  findType: (name) => (name === "Object" || name.startsWith("Object.") ? structType(name) : undefined),
  findField: () => dynType,
  create: (name, fields) => new MadeStruct(structType(name), fields),
};

/** The type of one operation of a JSON patch. */
export const jsonPatchType = structType("JSONPatch");
const jsonPatchFields = new Map([
  ["op", stringType],
  ["path", stringType],
  ["from", stringType],
  ["value", dynType],
]);

/** `JSONPatch{op, path, from, value}`. */
export const jsonPatchTypes: TypeProvider = {
  findType: (name) => (name === jsonPatchType.name ? jsonPatchType : undefined),
  findField: (_, field) => jsonPatchFields.get(field),
  create: (_, fields) => new MadeStruct(jsonPatchType, fields),
};

/** jsonpatch.escapeKey: a key as part of a JSON pointer (RFC 6901). */
export const jsonPatchLibrary: Library = {
  functions: [
    fn("jsonpatch.escapeKey", [
      globalOverload("string_jsonpatch_escapeKey_string", [stringType], stringType, (key) =>
        (key as string).replaceAll("~", "~0").replaceAll("/", "~1"),
      ),
    ]),
  ],
};

const maxDepth = 500;

/** Throws EvalError where the types of nested structs are not named after the fields that they are in. */
export function checkObjectPaths(value: Value, path = "Object", depth = 0): void {
  if (depth > maxDepth) throw new EvalError("object is nested too deeply");
  if (value instanceof List) {
    for (const item of value.values()) checkObjectPaths(item, path, depth + 1);
    return;
  }
  if (!isStruct(value) || !(value instanceof MadeStruct)) return;
  if (value.type.name !== path) {
    throw new EvalError(
      `unexpected type name ${quoted(value.type.name)}, expected ${quoted(path)}, which matches field name path from root Object type`,
    );
  }
  for (const [field, inner] of value.fields) checkObjectPaths(inner, `${path}.${field}`, depth + 1);
}
