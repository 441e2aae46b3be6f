import type { IncrementalTest, IncrementalTestSuite } from "@bufbuild/cel-spec/testdata/tests.js";
import { getTestRegistry } from "@bufbuild/cel-spec/testdata/registry.js";
import type { Type as TypeMessage } from "@bufbuild/cel-spec/cel/expr/checked_pb.js";
import type { Value as ValueMessage } from "@bufbuild/cel-spec/cel/expr/value_pb.js";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import {
  Environment,
  activation,
  compileUnchecked,
  equal,
  listsLibrary,
  optionalLibrary,
  setsLibrary,
  standardLibrary,
  stringsLibrary,
  twoVariableLibrary,
} from "../index.ts";
import { bindMacros } from "../library/macros.ts";
import { stringsReverse } from "../library/strings.ts";
import { EntryMap } from "../map.ts";
import * as t from "../types.ts";
import type { Type } from "../types.ts";
import { Double, List, TypeValue, Uint, int } from "../value.ts";
import type { Value } from "../value.ts";
import { ProtobufTypes, messageType } from "./protobuf.ts";

/** One case of the public conformance data, with the section it belongs to. */
export interface Case {
  readonly id: string;
  readonly section: string;
  readonly test: IncrementalTest;
}

export function casesOf(suite: IncrementalTestSuite, path: readonly string[] = []): Case[] {
  const here = suite.tests.map((test) => ({ id: [...path, test.name].join("/"), section: path[0] ?? "", test }));
  return [...here, ...suite.suites.flatMap((inner) => casesOf(inner, [...path, inner.name]))];
}

const primitives = [t.errorType, t.boolType, t.intType, t.uintType, t.doubleType, t.stringType, t.bytesType];
const wellKnown = [t.errorType, t.anyType, t.timestampType, t.durationType];

function readType(type: TypeMessage | undefined): Type {
  const kind = type?.typeKind;
  switch (kind?.case) {
    case "primitive":
      return primitives[kind.value] ?? t.errorType;
    case "wellKnown":
      return wellKnown[kind.value] ?? t.errorType;
    case "wrapper":
      return t.wrapperType(primitives[kind.value] ?? t.errorType);
    case "null":
      return t.nullType;
    case "dyn":
      return t.dynType;
    case "listType":
      return t.listType(readType(kind.value.elemType));
    case "mapType":
      return t.mapType(readType(kind.value.keyType), readType(kind.value.valueType));
    case "messageType":
      return messageType(kind.value);
    case "typeParam":
      return t.paramType(kind.value);
    case "type":
      return t.typeType(readType(kind.value));
    case "abstractType":
      return t.opaqueType(kind.value.name, ...kind.value.parameterTypes.map(readType));
    default:
      return t.errorType;
  }
}

const typeNames = new Map<string, Type>([
  ["bool", t.boolType],
  ["int", t.intType],
  ["uint", t.uintType],
  ["double", t.doubleType],
  ["string", t.stringType],
  ["bytes", t.bytesType],
  ["list", t.listType(t.dynType)],
  ["map", t.mapType(t.dynType, t.dynType)],
  ["null_type", t.nullType],
  ["type", t.typeType()],
  ["google.protobuf.Timestamp", t.timestampType],
  ["google.protobuf.Duration", t.durationType],
  ["optional_type", t.optionalType(t.dynType)],
]);

function readValue(message: ValueMessage | undefined, types: ProtobufTypes): Value {
  const kind = message?.kind;
  switch (kind?.case) {
    case "boolValue":
    case "stringValue":
    case "bytesValue":
      return kind.value;
    case "int64Value":
      return int(kind.value);
    case "uint64Value":
      return new Uint(kind.value);
    case "doubleValue":
      return new Double(kind.value);
    case "enumValue":
      return kind.value.value;
    case "listValue":
      return new List(kind.value.values.map((value) => readValue(value, types)));
    case "mapValue": {
      const map = new EntryMap();
      for (const entry of kind.value.entries) map.add(readValue(entry.key, types), readValue(entry.value, types));
      return map;
    }
    case "typeValue":
      return new TypeValue(typeNames.get(kind.value) ?? t.structType(kind.value));
    case "objectValue": {
      const unpacked = anyUnpack(kind.value, getTestRegistry());
      if (unpacked === undefined) throw new Error(`cannot unpack ${kind.value.typeUrl}`);
      return types.value(unpacked);
    }
    default:
      return null;
  }
}

/** The libraries that the conformance data is written for; version 4 of strings is not ours, reverse is. */
export const conformanceLibraries: readonly Library[] = [
  standardLibrary(),
  optionalLibrary,
  stringsLibrary,
  stringsReverse,
  listsLibrary,
  setsLibrary,
  twoVariableLibrary,
  { macros: bindMacros },
];

const types = new ProtobufTypes(getTestRegistry());
const base = new Environment({ libraries: conformanceLibraries, types });

/** Runs a case; undefined if it comes out as it should, else what is wrong. */
export function runCase({ test }: Case): string | undefined {
  const { original } = test;
  const variables = new Map<string, Type>();
  const functions: FunctionDeclaration[] = [];
  for (const decl of original.typeEnv) {
    if (decl.declKind.case === "ident") variables.set(decl.name, readType(decl.declKind.value.type));
    if (decl.declKind.case === "function") {
      const overloads = decl.declKind.value.overloads.map((overload) => {
        const make = overload.isInstanceFunction ? memberOverload : globalOverload;
        return make(overload.overloadId, overload.params.map(readType), readType(overload.resultType));
      });
      functions.push(fn(decl.name, overloads));
    }
  }
  const environment = base.extend({
    variables,
    container: original.container,
    ...(functions.length > 0 ? { libraries: [{ functions }] } : {}),
  });
  const parsed = environment.parse(original.expr);
  const fails = original.resultMatcher.case === "evalError" || original.resultMatcher.case === "anyEvalErrors";
  if (parsed.expr === undefined) return fails ? undefined : `does not parse: ${parsed.issues[0]?.message ?? ""}`;
  let program;
  if (original.disableCheck) {
    program = compileUnchecked(parsed.expr, environment);
  } else {
    const { checked, message } = environment.compile(original.expr);
    if (checked === undefined) return fails ? undefined : message;
    const type = checked.types[checked.expr.id];
    const shown = type === undefined ? "" : t.formatType(type);
    const { resultMatcher } = original;
    const wanted = resultMatcher.case === "typedResult" ? t.formatType(readType(resultMatcher.value.deducedType)) : test.type;
    if (wanted !== undefined && shown !== wanted) return `type ${shown} instead of ${wanted}`;
    if (original.checkOnly) return undefined;
    program = environment.program(checked);
  }
  const bindings: Record<string, Value> = {};
  for (const [name, binding] of Object.entries(original.bindings)) {
    if (binding.kind.case === "value") bindings[name] = readValue(binding.kind.value, types);
  }
  const result = program.evaluate(activation(bindings));
  const { resultMatcher } = original;
  if (fails) return result.error === undefined ? "gives a value instead of an error" : undefined;
  if (result.error !== undefined) return `error: ${result.error.message}`;
  const wanted =
    resultMatcher.case === "value" ? resultMatcher.value : resultMatcher.case === "typedResult" ? resultMatcher.value.result : undefined;
  const expected = resultMatcher.case === undefined ? true : readValue(wanted, types);
  return same(result.value, expected) ? undefined : `${show(result.value)} instead of ${show(expected)}`;
}

/** Equal and, unlike in the language, of the same numeric type; NaN is itself here. */
function same(a: Value, b: Value): boolean {
  if (a instanceof Double && b instanceof Double && Number.isNaN(a.value)) return Number.isNaN(b.value);
  if (a instanceof Double !== b instanceof Double || a instanceof Uint !== b instanceof Uint) return false;
  if (a instanceof List && b instanceof List) return a.size === b.size && a.values().every((item, i) => same(item, b.get(i)));
  return equal(a, b);
}

export function show(value: Value): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : part instanceof EntryMap ? part.keys().map((k) => [k, part.find(k)]) : part,
  );
}
