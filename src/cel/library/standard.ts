import type { Library } from "../declaration.ts";
import * as t from "../types.ts";
import { TypeValue } from "../value.ts";
import { arithmeticFunctions } from "./arithmetic.ts";
import { calendarFunctions } from "./calendar.ts";
import { comparisonFunctions } from "./comparison.ts";
import { conversionFunctions } from "./conversion.ts";
import { standardMacros } from "./macros.ts";
import { textFunctions } from "./text.ts";

const typeNames: readonly (readonly [string, t.Type])[] = [
  ["bool", t.boolType],
  ["bytes", t.bytesType],
  ["double", t.doubleType],
  ["int", t.intType],
  ["list", t.listType(t.dynType)],
  ["map", t.mapType(t.dynType, t.dynType)],
  ["null_type", t.nullType],
  ["string", t.stringType],
  ["type", t.typeType()],
  ["uint", t.uintType],
  ["google.protobuf.Timestamp", t.timestampType],
  ["google.protobuf.Duration", t.durationType],
];

/** A type as a name with a value. */
export function typeConstant(type: t.Type): { readonly type: t.Type; readonly value: TypeValue } {
  return { type: t.typeType(type), value: new TypeValue(type) };
}

/** What every environment has. */
export function standardLibrary(): Library {
  return {
    functions: [...comparisonFunctions, ...arithmeticFunctions, ...conversionFunctions, ...textFunctions(), ...calendarFunctions],
    macros: standardMacros,
    constants: new Map(typeNames.map(([name, type]) => [name, typeConstant(type)])),
  };
}
