import type { CallExpr } from "./ast.ts";
import type { Compiler, Step } from "./compile.ts";
import { price } from "./cost.ts";
import type { Frame, Run } from "./program.ts";
import { EvalError, noSuchOverload } from "./value.ts";
import type { Value } from "./value.ts";

/**
 * && (decided by false) and || (decided by true). An operand that decides makes an error in the other one meaningless,
 * on either side; only the second is not evaluated if the first decides.
 */
export function logicalStep(compiler: Compiler, expr: CallExpr, decisive: boolean): Step {
  const [a, b] = expr.args;
  if (a === undefined || b === undefined) throw noSuchOverload();
  const left = compiler.step(a).run;
  const right = compiler.step(b).run;
  return {
    run: (frame) => {
      let first: Value;
      try {
        first = left(frame);
      } catch (fault) {
        return afterFault(fault, frame, right, decisive);
      }
      if (first === decisive) return decisive;
      const second = right(frame);
      if (second === decisive) return decisive;
      if (first !== !decisive || second !== !decisive) throw noSuchOverload();
      return !decisive;
    },
  };
}

function afterFault(fault: unknown, frame: Frame, other: Run, decisive: boolean): Value {
  if (!(fault instanceof EvalError) || fault.final) throw fault;
  let second: Value;
  try {
    second = other(frame);
  } catch (another) {
    // the first fault is the one to tell of, unless the second ends the evaluation
    throw another instanceof EvalError && !another.final ? fault : another;
  }
  if (second === decisive) return decisive;
  throw fault;
}

/** condition ? a : b. The branches are parts: evaluating a path in them costs nothing but its steps. */
export function conditionalStep(compiler: Compiler, expr: CallExpr): Step {
  const [test, whenTrue, whenFalse] = expr.args;
  if (test === undefined || whenTrue === undefined || whenFalse === undefined) throw noSuchOverload();
  const condition = compiler.step(test).run;
  const yes = compiler.pathRun(whenTrue);
  const no = compiler.pathRun(whenFalse);
  return {
    run: (frame) => {
      const value = condition(frame);
      if (value === true) return yes(frame);
      if (value === false) return no(frame);
      throw noSuchOverload();
    },
  };
}

/** True for everything but false, errors included: a loop goes on until its result is certain. */
export function notStrictlyFalseStep(compiler: Compiler, expr: CallExpr): Step {
  const [arg] = expr.args;
  if (arg === undefined) throw noSuchOverload();
  const operand = compiler.step(arg).run;
  return {
    run: (frame) => {
      let value: Value;
      try {
        value = operand(frame);
      } catch (fault) {
        if (!(fault instanceof EvalError) || fault.final) throw fault;
        value = true;
      }
      frame.charge(price.call);
      return value !== false;
    },
  };
}
