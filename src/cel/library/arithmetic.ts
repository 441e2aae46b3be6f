import { operator } from "../ast.ts";
import { fn, globalOverload } from "../declaration.ts";
import type { FunctionDeclaration, Implementation, Overload } from "../declaration.ts";
import { addDuration, addTimestamp, checkedDuration, timestampDifference } from "../time.ts";
import * as t from "../types.ts";
import { Double, Duration, EvalError, List, Timestamp, Uint, checkedInt, isInt, maxUint, minInt, noSuchOverload } from "../value.ts";
import type { Value } from "../value.ts";

function checkedUint(value: bigint): Uint {
  if (value < 0n || value > maxUint) throw new EvalError("unsigned integer overflow");
  return new Uint(value);
}

/** Operands of one numeric type, handed to the matching operation. */
function arithmetic(
  small: (a: number, b: number) => number,
  int: (a: bigint, b: bigint) => bigint,
  double: ((a: number, b: number) => number) | undefined,
  other?: (a: Value, b: Value) => Value,
): Implementation {
  return (...args) => {
    const [a, b] = args as [Value, Value];
    if (typeof a === "number" && typeof b === "number") {
      const result = small(a, b);
      // a safe result is exact; anything else is computed again in 64 bits
      return Number.isSafeInteger(result) ? result : checkedInt(int(BigInt(a), BigInt(b)));
    }
    if (isInt(a) && isInt(b)) return checkedInt(int(BigInt(a), BigInt(b)));
    if (a instanceof Double && b instanceof Double && double !== undefined) return new Double(double(a.value, b.value));
    if (a instanceof Uint && b instanceof Uint) return checkedUint(int(a.value, b.value));
    if (other === undefined) throw noSuchOverload();
    return other(a, b);
  };
}

/** Lists are copied as they are added up, at no cost by the original's measure: doubled a few dozen times they would fill any memory. */
const MAX_ITEMS = 100_000;

function addOther(a: Value, b: Value): Value {
  if (typeof a === "string" && typeof b === "string") return a + b;
  if (a instanceof List && b instanceof List) {
    if (a.size + b.size > MAX_ITEMS) throw new EvalError(`list of more than ${MAX_ITEMS} elements`, true);
    if (a.semantics !== undefined) return a.semantics.add(a, b);
    return new List([...a.values(), ...b.values()]);
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return new Uint8Array(Buffer.concat([a, b]));
  if (a instanceof Duration && b instanceof Duration) return addDuration(a, b);
  if (a instanceof Timestamp && b instanceof Duration) return addTimestamp(a, b.nanos);
  if (a instanceof Duration && b instanceof Timestamp) return addTimestamp(b, a.nanos);
  throw noSuchOverload();
}

function subtractOther(a: Value, b: Value): Value {
  if (a instanceof Duration && b instanceof Duration) return checkedDuration(a.nanos - b.nanos);
  if (a instanceof Timestamp && b instanceof Duration) return addTimestamp(a, -b.nanos);
  if (a instanceof Timestamp && b instanceof Timestamp) return timestampDifference(a, b);
  throw noSuchOverload();
}

const add = arithmetic(
  (a, b) => a + b,
  (a, b) => a + b,
  (a, b) => a + b,
  addOther,
);
const subtract = arithmetic(
  (a, b) => a - b,
  (a, b) => a - b,
  (a, b) => a - b,
  subtractOther,
);
const multiply = arithmetic(
  (a, b) => a * b || 0,
  (a, b) => a * b,
  (a, b) => a * b,
);

const divide = arithmetic(
  (a, b) => {
    if (b === 0) throw new EvalError("division by zero");
    return Math.trunc(a / b) || 0;
  },
  (a, b) => {
    if (b === 0n) throw new EvalError("division by zero");
    return a / b;
  },
  (a, b) => a / b,
);

const modulo = arithmetic(
  (a, b) => {
    if (b === 0) throw new EvalError("modulus by zero");
    return a % b || 0;
  },
  (a, b) => {
    if (b === 0n) throw new EvalError("modulus by zero");
    // the one remainder whose quotient does not fit
    if (a === minInt && b === -1n) throw new EvalError("integer overflow");
    return a % b;
  },
  undefined,
);

function negate(...args: Value[]): Value {
  const value = args[0] as Value;
  if (typeof value === "number") return value === 0 ? 0 : -value;
  if (typeof value === "bigint") return checkedInt(-value);
  if (value instanceof Double) return new Double(-value.value);
  throw noSuchOverload();
}

function numeric(name: string, types: readonly t.Type[] = [t.intType, t.uintType, t.doubleType]): Overload[] {
  const suffix = { int: "int64", uint: "uint64", double: "double" };
  return types.map((type) => globalOverload(`${name}_${suffix[type.name as keyof typeof suffix]}`, [type, type], type));
}

const { bytesType, doubleType, durationType, intType, stringType, timestampType, uintType } = t;
const listOfA = t.listType(t.paramType("A"));

/** + - * / % and the negative. */
export const arithmeticFunctions: readonly FunctionDeclaration[] = [
  fn(
    operator.add,
    [
      globalOverload("add_bytes", [bytesType, bytesType], bytesType),
      globalOverload("add_double", [doubleType, doubleType], doubleType),
      globalOverload("add_duration_duration", [durationType, durationType], durationType),
      globalOverload("add_duration_timestamp", [durationType, timestampType], timestampType),
      globalOverload("add_timestamp_duration", [timestampType, durationType], timestampType),
      globalOverload("add_int64", [intType, intType], intType),
      globalOverload("add_list", [listOfA, listOfA], listOfA),
      globalOverload("add_string", [stringType, stringType], stringType),
      globalOverload("add_uint64", [uintType, uintType], uintType),
    ],
    add,
  ),
  fn(
    operator.subtract,
    [
      ...numeric("subtract"),
      globalOverload("subtract_duration_duration", [durationType, durationType], durationType),
      globalOverload("subtract_timestamp_duration", [timestampType, durationType], timestampType),
      globalOverload("subtract_timestamp_timestamp", [timestampType, timestampType], durationType),
    ],
    subtract,
  ),
  fn(operator.multiply, numeric("multiply"), multiply),
  fn(operator.divide, numeric("divide"), divide),
  fn(operator.modulo, numeric("modulo", [intType, uintType]), modulo),
  fn(
    operator.negate,
    [globalOverload("negate_int64", [intType], intType), globalOverload("negate_double", [doubleType], doubleType)],
    negate,
  ),
];
