import {
  addQuantity,
  compareQuantity,
  parseQuantity,
  QuantityError,
  quantitySign,
  subtractQuantity,
  tryParseQuantity,
  wholeQuantity,
} from "../../object/quantity.ts";
import type { Quantity } from "../../object/quantity.ts";
import { fn, globalOverload, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { typeConstant } from "../library/standard.ts";
import { boolType, doubleType, intType, opaqueType, stringType } from "../types.ts";
import { Double, EvalError, int, maxInt, minInt } from "../value.ts";
import type { Value } from "../value.ts";
import { opaqueKind } from "./opaque.ts";

const billion = 1_000_000_000n;

/** The type of quantities. */
export const quantityKind = opaqueKind<Quantity>(opaqueType("kubernetes.Quantity"), (a, b) => a.nanos === b.nanos);
const Q = quantityKind.type;
const quantity = quantityKind.unwrap;

function parse(text: Value | undefined): Value {
  try {
    return quantityKind.wrap(parseQuantity(text as string));
  } catch (fault) {
    if (fault instanceof QuantityError) throw new EvalError(fault.message);
    throw fault;
  }
}

/** The amount as an int, undefined where it is none. */
function whole(value: Quantity): bigint | undefined {
  if (value.nanos % billion !== 0n) return undefined;
  const amount = value.nanos / billion;
  return amount > maxInt || amount < minInt ? undefined : amount;
}

function integer(value: Quantity): Value {
  const amount = whole(value);
  if (amount === undefined) throw new EvalError("cannot convert value to integer");
  return int(amount);
}

function ofInt(value: Value | undefined): Quantity {
  return wholeQuantity(BigInt(value as number));
}

function comparison(name: string, id: string, holds: (order: number) => boolean): FunctionDeclaration {
  return fn(name, [memberOverload(id, [Q, Q], boolType, (a, b) => holds(compareQuantity(quantity(a), quantity(b))))]);
}

function sum(name: string, id: string, of: (a: Quantity, b: Quantity) => Quantity): FunctionDeclaration {
  return fn(name, [
    memberOverload(`quantity_${id}`, [Q, Q], Q, (a, b) => quantityKind.wrap(of(quantity(a), quantity(b)))),
    memberOverload(`quantity_${id}_int`, [Q, intType], Q, (a, b) => quantityKind.wrap(of(quantity(a), ofInt(b)))),
  ]);
}

/** Quantities: quantity("1Gi").isGreaterThan(quantity("1Mi")). */
export const quantityLibrary: Library = {
  constants: new Map([[Q.name, typeConstant(Q)]]),
  functions: [
    fn("quantity", [globalOverload("string_to_quantity", [stringType], Q, parse)]),
    fn("isQuantity", [globalOverload("is_quantity_string", [stringType], boolType, (a) => tryParseQuantity(a as string) !== undefined)]),
    fn("sign", [memberOverload("quantity_sign", [Q], intType, (a) => quantitySign(quantity(a)))]),
    fn("isInteger", [memberOverload("quantity_is_integer", [Q], boolType, (a) => whole(quantity(a)) !== undefined)]),
    fn("asInteger", [memberOverload("quantity_get_int", [Q], intType, (a) => integer(quantity(a)))]),
    fn("asApproximateFloat", [memberOverload("quantity_get_float", [Q], doubleType, (a) => new Double(Number(quantity(a).nanos) / 1e9))]),
    comparison("isLessThan", "quantity_is_less_than", (order) => order < 0),
    comparison("isGreaterThan", "quantity_is_greater_than", (order) => order > 0),
    fn("compareTo", [memberOverload("quantity_compare_to", [Q, Q], intType, (a, b) => compareQuantity(quantity(a), quantity(b)))]),
    sum("add", "add", addQuantity),
    sum("sub", "sub", subtractQuantity),
  ],
};
