import { operator } from "./ast.ts";
import type { CallExpr, Expr } from "./ast.ts";
import type { Compiler, Step } from "./compile.ts";
import { callCost, price } from "./cost.ts";
import type { CallCost } from "./cost.ts";
import type { FunctionDeclaration, Implementation, Overload } from "./declaration.ts";
import { mapKey } from "./map.ts";
import { accumulatorName } from "./macro.ts";
import { isOfType } from "./guard.ts";
import type { Run } from "./program.ts";
import type { Type } from "./types.ts";
import { EvalError, List, noSuchOverload } from "./value.ts";
import type { Value } from "./value.ts";

/** A call of a function, `target` being the receiver of a member call. */
export function callStep(compiler: Compiler, expr: CallExpr, target: Expr | undefined): Step {
  const reference = compiler.reference(expr);
  if (reference?.kind !== "call") return { run: () => fail() };
  const { fn, overloads } = reference;
  const nodes = target === undefined ? expr.args : [target, ...expr.args];
  const appended = appendStep(compiler, expr);
  if (appended !== undefined) return appended;
  const steps = nodes.map((node) => compiler.step(node));
  const overload = overloadId(fn.name, overloads);
  const lazy = overloads.length === 1 ? overloads[0]?.lazy : undefined;
  if (lazy !== undefined) return { run: (frame) => lazy(...steps.map((step) => () => step.run(frame))) };
  if (compiler.environment.fold) {
    const folded = membershipStep(overload, steps) ?? conversionStep(fn, overloads, steps);
    if (folded !== undefined) return folded;
  }
  const run = implementation(
    fn,
    overloads,
    nodes.map((node) => compiler.type(node)),
  );
  const { environment } = compiler;
  const cost = callCost(overload, environment.findCost(overload), environment.findCost(fn.name));
  return {
    run: strictCall(
      run,
      steps.map((step) => step.run),
      cost,
    ),
  };
}

/** Equality goes by one id whatever the types; otherwise the id is known where only one overload is left. */
function overloadId(name: string, overloads: readonly Overload[]): string {
  if (name === operator.equals) return "equals";
  if (name === operator.notEquals) return "not_equals";
  return overloads.length === 1 ? (overloads[0]?.id ?? "") : "";
}

function strictCall(run: Implementation, args: readonly Run[], cost: CallCost): Run {
  const [a, b] = args;
  if (cost.by === "result") {
    return (frame) => {
      const result = run(...args.map((arg) => arg(frame)));
      frame.charge(cost.price(result));
      return result;
    };
  }
  if (args.length === 1 && a !== undefined) {
    if (cost.by === "call") {
      return (frame) => {
        const first = a(frame);
        frame.charge(cost.price);
        return run(first);
      };
    }
    return (frame) => {
      const first = a(frame);
      frame.charge(cost.price([first]));
      return run(first);
    };
  }
  if (args.length === 2 && a !== undefined && b !== undefined) {
    if (cost.by === "call") {
      return (frame) => {
        const first = a(frame);
        const second = b(frame);
        frame.charge(cost.price);
        return run(first, second);
      };
    }
    return (frame) => {
      const first = a(frame);
      const second = b(frame);
      frame.charge(cost.price([first, second]));
      return run(first, second);
    };
  }
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    frame.charge(cost.by === "call" ? cost.price : cost.price(values));
    return run(...values);
  };
}

/** What to run: the function's own, the one overload's, or the first overload whose types the values have. */
function implementation(fn: FunctionDeclaration, overloads: readonly Overload[], types: readonly (Type | undefined)[]): Implementation {
  const only = overloads.length === 1 ? overloads[0] : undefined;
  if (only?.run !== undefined) {
    const { run } = only;
    const unsure = only.args.some((arg, i) => !isCertain(arg, types[i]));
    return unsure ? (...args) => (accepts(only, args) ? run(...args) : fail()) : run;
  }
  if (fn.run !== undefined && overloads.every((overload) => overload.run === undefined)) return fn.run;
  return (...args) => {
    const fitting = overloads.find((overload) => accepts(overload, args));
    const run = fitting === undefined ? undefined : (fitting.run ?? fn.run);
    return run === undefined ? fail() : run(...args);
  };
}

function fail(): never {
  throw noSuchOverload();
}

function accepts(overload: Overload, args: readonly Value[]): boolean {
  return overload.args.length === args.length && overload.args.every((type, i) => isOfType(type, args[i] as Value));
}

/** Whether a declared type alone says that the values will be what the overload wants. */
function isCertain(wanted: Type, declared: Type | undefined): boolean {
  if (wanted.kind === "dyn" || wanted.kind === "param" || wanted.kind === "any") return true;
  return declared !== undefined && declared.kind === wanted.kind && declared.name === wanted.name;
}

/** `accumulator + [x]` in a macro's loop: appended in place, at the price of building and adding a list. */
function appendStep(compiler: Compiler, expr: CallExpr): Step | undefined {
  const [left, right] = expr.args;
  if (expr.name !== operator.add || left?.kind !== "ident" || left.name !== accumulatorName) return undefined;
  if (right?.kind !== "list" || right.elements.length !== 1) return undefined;
  const slot = compiler.local(accumulatorName);
  const element = compiler.step(right.elements[0] as Expr);
  if (slot === undefined) return undefined;
  const cost = price.select + (element.constant === undefined ? price.list : 0) + price.call;
  const { run } = element;
  return {
    run: (frame) => {
      const value = run(frame);
      const list = frame.locals[slot];
      if (list instanceof EvalError) throw list;
      if (!(list instanceof List)) throw noSuchOverload();
      frame.charge(cost);
      return list.append(value);
    },
  };
}

/** `x in [constants]`: a set made once, and free but for x. */
function membershipStep(overload: string, steps: readonly Step[]): Step | undefined {
  const [element, list] = steps;
  if (overload !== "in_list" || element === undefined || !(list?.constant instanceof List)) return undefined;
  const values = list.constant.values();
  if (values.length === 0) return { run: () => false, constant: false };
  const set = new Set<unknown>();
  for (const value of values) {
    if (value === null || value instanceof Uint8Array) return undefined;
    const key = mapKey(value);
    if (key === undefined) return undefined;
    set.add(key);
  }
  const { run } = element;
  return {
    run: (frame) => {
      const key = mapKey(run(frame));
      return key !== undefined && set.has(key);
    },
  };
}

const conversions = new Set(["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"]);

/** A conversion of a constant, done once; one that fails is left to fail when it runs. */
function conversionStep(fn: FunctionDeclaration, overloads: readonly Overload[], steps: readonly Step[]): Step | undefined {
  const constant = steps[0]?.constant;
  if (!conversions.has(fn.name) || steps.length !== 1 || constant === undefined) return undefined;
  const run = implementation(fn, overloads, []);
  const value = mayFold(() => run(constant));
  return value === undefined ? undefined : { run: () => value, constant: value };
}

/** A value computed ahead of time; undefined where that fails. */
export function mayFold(compute: (frame: never) => Value): Value | undefined {
  try {
    return compute(undefined as never);
  } catch (fault) {
    if (fault instanceof EvalError) return undefined;
    throw fault;
  }
}
