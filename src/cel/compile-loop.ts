import type { ComprehensionExpr } from "./ast.ts";
import type { Compiler, Step } from "./compile.ts";
import { accumulatorName } from "./macro.ts";
import { EntryMap } from "./map.ts";
import type { Frame, Run } from "./program.ts";
import { EvalError, List, isMap, noSuchOverload } from "./value.ts";
import type { Value } from "./value.ts";

/**
 * A macro's loop. A fault of a turn is kept as the accumulator's value: a later turn may still decide the result, as
 * && and || do.
 */
export function loopStep(compiler: Compiler, expr: ComprehensionExpr): Step {
  const range = compiler.step(expr.range).run;
  const init = initial(compiler, expr);
  return compiler.scoped([expr.accumulator], ([accumulator = 0]) => {
    const turn = compiler.scoped([expr.variable, expr.variable2], ([first = 0, second = 0]) => ({
      first,
      second: expr.variable2 === undefined ? undefined : second,
      condition: condition(compiler, expr),
      step: compiler.step(expr.step).run,
    }));
    const result = compiler.step(expr.result).run;
    const loop: Loop = { accumulator, ...turn };
    return {
      run: (frame) => {
        const over = range(frame);
        frame.locals[accumulator] = init(frame);
        if (over instanceof List) overList(frame, loop, over);
        else if (isMap(over)) overKeys(frame, loop, over.keys(), (key) => over.find(key));
        else throw noSuchOverload();
        return result(frame);
      },
    };
  });
}

interface Loop {
  readonly accumulator: number;
  readonly first: number;
  readonly second: number | undefined;
  /** Undefined where the loop always goes to the end. */
  readonly condition: Run | undefined;
  readonly step: Run;
}

/** A list or map that the macro fills is made anew for each run, since it grows in place. */
function initial(compiler: Compiler, expr: ComprehensionExpr): Run {
  const { init } = expr;
  if (expr.accumulator === accumulatorName) {
    if (init.kind === "list" && init.elements.length === 0) return () => List.growing();
    if (init.kind === "map" && init.entries.length === 0) return () => new EntryMap();
  }
  return compiler.step(init).run;
}

function condition(compiler: Compiler, expr: ComprehensionExpr): Run | undefined {
  if (expr.condition.kind === "const" && expr.condition.value === true) return undefined;
  return compiler.step(expr.condition).run;
}

function overList(frame: Frame, loop: Loop, list: List): void {
  const { locals } = frame;
  const { first, second } = loop;
  const size = list.size;
  for (let i = 0; i < size; i++) {
    if (second === undefined) {
      locals[first] = list.get(i);
    } else {
      locals[first] = i;
      locals[second] = list.get(i);
    }
    if (!turn(frame, loop)) return;
  }
}

function overKeys(frame: Frame, loop: Loop, keys: readonly Value[], find: (key: Value) => Value | undefined): void {
  const { locals } = frame;
  for (const key of keys) {
    locals[loop.first] = key;
    if (loop.second !== undefined) locals[loop.second] = find(key);
    if (!turn(frame, loop)) return;
  }
}

function turn(frame: Frame, loop: Loop): boolean {
  frame.turn();
  if (loop.condition !== undefined && loop.condition(frame) !== true) return false;
  let value: Value | EvalError;
  try {
    value = loop.step(frame);
  } catch (fault) {
    if (!(fault instanceof EvalError) || fault.final) throw fault;
    value = fault;
  }
  frame.locals[loop.accumulator] = value;
  return true;
}
