import { isDynOrError } from "./assign.ts";
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from "./types.ts";
import type { Type } from "./types.ts";
import { Double, Duration, List, Optional, Timestamp, TypeValue, Uint, isInt, isMap, isOpaque, isStruct } from "./value.ts";
import type { Value } from "./value.ts";

/** The type of a value: of a list or map, only that it is one. */
export function typeOf(value: Value): Type {
  switch (typeof value) {
    case "boolean":
      return boolType;
    case "number":
    case "bigint":
      return intType;
    case "string":
      return stringType;
    default:
  }
  if (value === null) return nullType;
  if (value instanceof Double) return doubleType;
  if (value instanceof Uint) return uintType;
  if (value instanceof Uint8Array) return bytesType;
  if (value instanceof Timestamp) return timestampType;
  if (value instanceof Duration) return durationType;
  if (value instanceof List) return anyList;
  if (value instanceof TypeValue) return anyTypeType;
  if (value instanceof Optional) return anyOptional;
  if (isMap(value)) return anyMap;
  return value.type;
}

const anyList = listType(dynType);
const anyMap = mapType(dynType, dynType);
const anyTypeType = typeType();
const anyOptional = optionalType(dynType);

/** Whether a value is of a type, as far as that shows without looking into it. */
export function isOfType(type: Type, value: Value): boolean {
  if (isDynOrError(type)) return true;
  switch (type.kind) {
    case "any":
    case "param":
      return true;
    case "bool":
      return typeof value === "boolean";
    case "int":
      return isInt(value);
    case "uint":
      return value instanceof Uint;
    case "double":
      return value instanceof Double;
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "null":
      return value === null;
    case "timestamp":
      return value instanceof Timestamp;
    case "duration":
      return value instanceof Duration;
    case "list":
      return value instanceof List;
    case "map":
      return isMap(value);
    case "type":
      return value instanceof TypeValue;
    case "wrapper":
      return value === null || type.params.some((of) => isOfType(of, value));
    case "struct":
      return isStruct(value) && value.type.name === type.name;
    case "opaque":
      return type.name === "optional_type" ? value instanceof Optional : isOpaque(value) && value.type.name === type.name;
    default:
      return false;
  }
}
