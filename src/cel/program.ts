import type { Value } from "./value.ts";
import { EvalError } from "./value.ts";

/** Where a program finds its variables; each is asked for at most once an evaluation. */
export interface Activation {
  /** The variable's value, undefined where there is none. May throw EvalError. */
  find(name: string): Value | undefined;
}

/** What bounds an evaluation. */
export interface EvaluateOptions {
  /** The most that the evaluation may cost; without one it is not bounded. */
  readonly costLimit?: number;
  /** Asked every hundred turns of a loop; true ends the evaluation. */
  readonly interrupted?: () => boolean;
}

/** What an evaluation gave, and what it has cost. */
export type Evaluation =
  | { readonly value: Value; readonly error: undefined; readonly cost: number }
  | { readonly value: undefined; readonly error: EvalError; readonly cost: number };

/** What one evaluation knows and has used up. */
export class Frame {
  readonly locals: (Value | EvalError | undefined)[];
  readonly globals: (Value | undefined)[];
  readonly activation: Activation;
  readonly limit: number;
  readonly interrupted: (() => boolean) | undefined;
  cost = 0;
  turns = 0;

  constructor(activation: Activation, locals: number, globals: number, options: EvaluateOptions) {
    this.activation = activation;
    this.locals = new Array<Value | EvalError | undefined>(locals);
    this.globals = new Array<Value | undefined>(globals);
    this.limit = options.costLimit ?? Infinity;
    this.interrupted = options.interrupted;
  }

  charge(cost: number): void {
    this.cost += cost;
    // written so that a cost that is not a number is too much, too
    if (!(this.cost <= this.limit)) throw new EvalError(costExceeded, true);
  }

  /** Called once a turn of every loop. */
  turn(): void {
    if (++this.turns % checkFrequency === 0 && this.interrupted?.() === true) throw new EvalError("operation interrupted", true);
  }
}

/** The message of an evaluation that went over its cost limit. */
export const costExceeded = "operation cancelled: actual cost limit exceeded";
const checkFrequency = 100;

/** One step of a compiled expression. */
export type Run = (frame: Frame) => Value;

const noOptions: EvaluateOptions = {};

/** A compiled expression. Holds no state of an evaluation: it may be run again and from within itself. */
export class Program {
  readonly #run: Run;
  readonly #locals: number;
  readonly #globals: readonly string[];

  constructor(run: Run, locals: number, globals: readonly string[]) {
    this.#run = run;
    this.#locals = locals;
    this.#globals = globals;
  }

  /** The variables that the expression reads. */
  get variables(): readonly string[] {
    return this.#globals;
  }

  /** Evaluates; a fault of the expression or its data is an error value, never thrown. */
  evaluate(activation: Activation, options: EvaluateOptions = noOptions): Evaluation {
    const frame = new Frame(activation, this.#locals, this.#globals.length, options);
    try {
      return { value: this.#run(frame), error: undefined, cost: frame.cost };
    } catch (fault) {
      if (fault instanceof EvalError) return { value: undefined, error: fault, cost: frame.cost };
      // the engine's own bound on a string or on nesting, where no cost limit came first
      if (fault instanceof RangeError) return { value: undefined, error: new EvalError(fault.message, true), cost: frame.cost };
      throw fault;
    }
  }
}

/** An activation of named values. */
export function activation(values: Readonly<Record<string, Value>>): Activation {
  return { find: (name) => (Object.hasOwn(values, name) ? values[name] : undefined) };
}
