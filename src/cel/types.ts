/** What the checker knows of a value. Types are plain data, compared by shape; names are as messages print them. */
export interface Type {
  readonly kind: TypeKind;
  /** The name for struct, opaque and parameter types; otherwise the kind's own name. */
  readonly name: string;
  /** Element of a list, key and value of a map, arguments of an opaque type, what a type or wrapper is of. */
  readonly params: readonly Type[];
}

/** The sorts of types. */
type TypeKind =
  | "dyn"
  | "any"
  | "error"
  | "null"
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "timestamp"
  | "duration"
  | "list"
  | "map"
  | "type"
  | "struct"
  | "opaque"
  | "param"
  | "wrapper";

function simple(kind: TypeKind): Type {
  return Object.freeze({ kind, name: kind, params: [] });
}

/** Types that have no parts; there is one of each. */
export const dynType = simple("dyn");
export const anyType = simple("any");
export const errorType: Type = Object.freeze({ kind: "error", name: "!error!", params: [] });
export const nullType = simple("null");
export const boolType = simple("bool");
export const intType = simple("int");
export const uintType = simple("uint");
export const doubleType = simple("double");
export const stringType = simple("string");
export const bytesType = simple("bytes");
export const timestampType = simple("timestamp");
export const durationType = simple("duration");

/** A list of elements of a type. */
export function listType(element: Type): Type {
  return { kind: "list", name: "list", params: [element] };
}

/** A map from keys of a type to values of another. */
export function mapType(key: Type, value: Type): Type {
  return { kind: "map", name: "map", params: [key, value] };
}

/** The type of a type. */
export function typeType(of?: Type): Type {
  return { kind: "type", name: "type", params: of === undefined ? [] : [of] };
}

/** A struct by its full name. */
export function structType(name: string): Type {
  return { kind: "struct", name, params: [] };
}

/** A type that only its own functions look into. */
export function opaqueType(name: string, ...params: Type[]): Type {
  return { kind: "opaque", name, params };
}

/** A value of a type that may be absent. */
export function optionalType(of: Type): Type {
  return opaqueType("optional_type", of);
}

/** A stand-in for any one type in a function's signature. */
export function paramType(name: string): Type {
  return { kind: "param", name, params: [] };
}

/** A primitive or null, as protobuf's wrapper messages are. */
export function wrapperType(of: Type): Type {
  return { kind: "wrapper", name: "wrapper", params: [of] };
}

/** Whether a type is that of optionals. */
export function isOptional(type: Type): boolean {
  return type.kind === "opaque" && type.name === "optional_type";
}

/** The parameter at an index; dyn where a type is written without. */
export function param(type: Type, index: number): Type {
  return type.params[index] ?? dynType;
}

/** Whether two types are the same, by their shape. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((p, i) => sameType(p, param(b, i)));
}

/** A type as messages print it, such as map(string, list(int)). */
export function formatType(type: Type): string {
  if (type.params.length === 0) return type.name;
  return `${type.name}(${type.params.map(formatType).join(", ")})`;
}

/** The name of a type as a value: what type(x) is printed as and named by. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case "timestamp":
      return "google.protobuf.Timestamp";
    case "duration":
      return "google.protobuf.Duration";
    case "null":
      return "null_type";
    default:
      return type.name;
  }
}

/** A type as kube-apiserver names it where a result has another type than was wanted: null_type, list(JSONPatch). */
export function formatResultType(type: Type): string {
  const name = typeName(type);
  return type.params.length === 0 ? name : `${name}(${type.params.map(formatResultType).join(", ")})`;
}
