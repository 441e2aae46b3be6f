import type { CallExpr, Expr } from "./ast.ts";
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
  const [left, right] = operands(compiler, expr, 2);
  return {
    run: (frame) => {
      let first: Value;
      try {
        first = (left as Run)(frame);
      } catch (fault) {
        return afterFault(fault, frame, right as Run, decisive);
      }
      if (first === decisive) return decisive;
      const second = (right as Run)(frame);
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
  const yes = branch(compiler, whenTrue);
  const no = branch(compiler, whenFalse);
  return {
    run: (frame) => {
      const value = condition(frame);
      if (value === true) return yes(frame);
      if (value === false) return no(frame);
      throw noSuchOverload();
    },
  };
}

function branch(compiler: Compiler, expr: Expr): Run {
  return compiler.isAttribute(expr) ? compiler.part(expr).run : compiler.step(expr).run;
}

/** True for everything but false, errors included: a loop goes on until its result is certain. */
export function notStrictlyFalseStep(compiler: Compiler, expr: CallExpr): Step {
  const [operand] = operands(compiler, expr, 1);
  return {
    run: (frame) => {
      let value: Value;
      try {
        value = (operand as Run)(frame);
      } catch (fault) {
        if (!(fault instanceof EvalError) || fault.final) throw fault;
        value = true;
      }
      frame.charge(price.call);
      return value !== false;
    },
  };
}

function operands(compiler: Compiler, expr: CallExpr, count: number): readonly Run[] {
  if (expr.args.length !== count) throw noSuchOverload();
  return expr.args.map((arg) => compiler.step(arg).run);
}
