import { operator } from "./ast.ts";
import type { CallExpr, Expr, IdentExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from "./ast.ts";
import { conditionalStep, logicalStep, notStrictlyFalseStep } from "./compile-logic.ts";
import { callStep, mayFold } from "./compile-call.ts";
import { loopStep } from "./compile-loop.ts";
import { hasField, optionalPart, partOf, select } from "./access.ts";
import type { Checked, Reference } from "./checker.ts";
import { price } from "./cost.ts";
import type { Environment } from "./environment.ts";
import { EntryMap, mapKey } from "./map.ts";
import { Program } from "./program.ts";
import type { Frame, Run } from "./program.ts";
import { resolveUnchecked } from "./resolve.ts";
import type { Type } from "./types.ts";
import { EvalError, List, Optional, TypeValue, noSuchOverload } from "./value.ts";
import type { Value } from "./value.ts";

/** A compiled node: how to run it and, where that is known already, its value. */
export interface Step {
  readonly run: Run;
  readonly constant?: Value;
}

/** Compiles a checked expression into closures. */
export function compileProgram(checked: Checked, environment: Environment): Program {
  return new Compiler(checked.references, checked.types, environment).program(checked.expr);
}

/** Compiles an expression that was only parsed: names are looked up now, overloads when it runs. */
export function compileUnchecked(expr: Expr, environment: Environment): Program {
  return new Compiler(resolveUnchecked(expr, environment), [], environment).program(expr);
}

/** Compiles the nodes of one expression; the parts that need several nodes at once are in compile-*.ts. */
export class Compiler {
  readonly environment: Environment;
  readonly #references: ReadonlyMap<number, Reference>;
  readonly #types: readonly (Type | undefined)[];
  readonly #globals: string[] = [];
  readonly #scopes: { readonly name: string; readonly slot: number }[] = [];
  #locals = 0;

  constructor(references: ReadonlyMap<number, Reference>, types: readonly (Type | undefined)[], environment: Environment) {
    this.environment = environment;
    this.#references = references;
    this.#types = types;
  }

  program(expr: Expr): Program {
    const { run } = this.step(expr);
    return new Program(run, this.#locals, this.#globals);
  }

  type(expr: Expr): Type | undefined {
    return this.#types[expr.id];
  }

  reference(expr: Expr): Reference | undefined {
    return this.#references.get(expr.id);
  }

  /** Makes a local variable and, while `inside` runs, the meaning of its name. */
  scoped<T>(names: readonly (string | undefined)[], inside: (slots: readonly number[]) => T): T {
    const slots = names.map(() => this.#locals++);
    const depth = this.#scopes.length;
    names.forEach((name, i) => {
      if (name !== undefined) this.#scopes.push({ name, slot: slots[i] ?? 0 });
    });
    const result = inside(slots);
    this.#scopes.length = depth;
    return result;
  }

  local(name: string): number | undefined {
    return this.#scopes.findLast((scope) => scope.name === name)?.slot;
  }

  /** A node with everything it costs. */
  step(expr: Expr): Step {
    switch (expr.kind) {
      case "const":
        return constantStep(expr.value);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return this.#struct(expr);
      case "comprehension":
        return loopStep(this, expr);
      default:
        break;
    }
    const { run, constant } = this.part(expr);
    if (!this.isAttribute(expr)) return constant === undefined ? { run } : { run, constant };
    const cost = this.#rootCost(expr);
    if (cost === 0) return { run };
    return {
      run: (frame) => {
        frame.charge(cost);
        return run(frame);
      },
    };
  }

  /**
   * A node as part of a longer path, or as a branch of a conditional: costs are those of the steps along the path, not
   * that of evaluating a path as such.
   */
  part(expr: Expr): Step {
    switch (expr.kind) {
      case "ident":
        return this.#ident(expr);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      default:
        return this.step(expr);
    }
  }

  /** Whether a node is a path: a variable, a field or element of something, a choice between two. */
  isAttribute(expr: Expr): boolean {
    if (expr.kind === "ident" || expr.kind === "select") return this.reference(expr)?.kind !== "constant";
    return expr.kind === "call" && paths.has(expr.name);
  }

  /** Evaluating a path costs one, whatever its length; a has() test may be free, a choice always is. */
  #rootCost(expr: Expr): number {
    if (expr.kind === "select" && expr.testOnly && !this.environment.presenceTestCost) return 0;
    let root = expr;
    for (;;) {
      if (root.kind === "select" && this.reference(root) === undefined) root = root.operand;
      else if (root.kind === "call" && root.name === operator.conditional) return 0;
      else if (root.kind === "call" && paths.has(root.name) && root.args[0] !== undefined) root = root.args[0];
      else return price.select;
    }
  }

  #ident(expr: IdentExpr): Step {
    const reference = this.reference(expr);
    if (reference?.kind === "constant") return constantStep(reference.value);
    const slot = this.local(expr.name);
    if (slot !== undefined) return { run: localReader(slot) };
    return { run: this.#global(reference?.kind === "variable" ? reference.name : expr.name) };
  }

  #global(name: string): Run {
    let slot = this.#globals.indexOf(name);
    if (slot < 0) slot = this.#globals.push(name) - 1;
    return (frame) => frame.globals[slot] ?? findGlobal(frame, slot, name);
  }

  #select(expr: SelectExpr): Step {
    const reference = this.reference(expr);
    if (reference?.kind === "constant") return constantStep(reference.value);
    if (reference?.kind === "variable") return { run: this.#global(reference.name) };
    const { field } = expr;
    const operand = this.pathRun(expr.operand);
    if (expr.testOnly) {
      return {
        run: (frame) => {
          const value = operand(frame);
          frame.charge(price.select);
          return hasField(value, field);
        },
      };
    }
    return {
      run: (frame) => {
        const value = operand(frame);
        frame.charge(price.select);
        return select(value, field);
      },
    };
  }

  /** A node that goes on a path where it is one itself: the path so far, or any other value. */
  pathRun(expr: Expr): Run {
    return this.isAttribute(expr) ? this.part(expr).run : this.step(expr).run;
  }

  #call(expr: CallExpr): Step {
    switch (expr.name) {
      case operator.and:
        return logicalStep(this, expr, false);
      case operator.or:
        return logicalStep(this, expr, true);
      case operator.conditional:
        return conditionalStep(this, expr);
      case operator.notStrictlyFalse:
        return notStrictlyFalseStep(this, expr);
      case operator.index:
        return this.#index(expr, false);
      case operator.optionalIndex:
      case operator.optionalSelect:
        return this.#index(expr, true);
      default:
        return callStep(this, expr, this.#uncheckedTarget(expr));
    }
  }

  /** The receiver of a member call; undefined for a global one, also where its name has a namespace before it. */
  #uncheckedTarget(expr: CallExpr): Expr | undefined {
    const reference = this.reference(expr);
    return reference?.kind === "call" && reference.global ? undefined : expr.target;
  }

  #index(expr: CallExpr, optional: boolean): Step {
    const [container, at] = expr.args;
    if (container === undefined || at === undefined) throw noSuchOverload();
    const operand = this.pathRun(container);
    const index = this.pathRun(at);
    if (optional) {
      return {
        run: (frame) => {
          const value = operand(frame);
          const part = index(frame);
          frame.charge(price.select);
          return optionalPart(value, part);
        },
      };
    }
    return {
      run: (frame) => {
        const value = operand(frame);
        const part = index(frame);
        frame.charge(price.select);
        return partOf(value, part);
      },
    };
  }

  #list(expr: ListExpr): Step {
    const steps = expr.elements.map((element) => this.step(element));
    if (expr.optional.size === 0 && this.environment.fold && steps.every((step) => step.constant !== undefined)) {
      return constantStep(new List(steps.map((step) => step.constant)));
    }
    const runs = steps.map((step) => step.run);
    const { optional } = expr;
    return {
      run: (frame) => {
        const items: Value[] = [];
        for (let i = 0; i < runs.length; i++) {
          const value = (runs[i] as Run)(frame);
          if (!optional.has(i)) items.push(value);
          else addOptional(value, (present) => items.push(present));
        }
        frame.charge(price.list);
        return new List(items);
      },
    };
  }

  #map(expr: MapExpr): Step {
    const entries = expr.entries.map((entry) => ({
      key: this.step(entry.key),
      value: this.step(entry.value),
      optional: entry.optional,
    }));
    const build = (frame: Frame): EntryMap => {
      const map = new EntryMap();
      for (const entry of entries) {
        const key = entry.key.run(frame);
        const value = entry.value.run(frame);
        if (!entry.optional) addEntry(map, key, value);
        else addOptional(value, (present) => addEntry(map, key, present));
      }
      return map;
    };
    const constant = entries.every((e) => !e.optional && e.key.constant !== undefined && e.value.constant !== undefined);
    if (this.environment.fold && constant) {
      const folded = mayFold(build);
      if (folded !== undefined) return constantStep(folded);
    }
    return {
      run: (frame) => {
        const map = build(frame);
        frame.charge(price.map);
        return map;
      },
    };
  }

  #struct(expr: StructExpr): Step {
    const reference = this.reference(expr);
    const create = this.environment.types?.create?.bind(this.environment.types);
    if (reference?.kind !== "struct" || create === undefined) {
      return {
        run: () => {
          throw new EvalError(`unknown type: ${expr.name}`);
        },
      };
    }
    const fields = expr.fields.map((field) => ({ ...field, run: this.step(field.value).run }));
    return {
      run: (frame) => {
        const values = new Map<string, Value>();
        for (const field of fields) {
          const value = field.run(frame);
          if (!field.optional) values.set(field.name, value);
          else addOptional(value, (present) => values.set(field.name, present));
        }
        frame.charge(price.struct);
        return create(reference.name, values);
      },
    };
  }
}

const paths = new Set<string>([operator.index, operator.optionalIndex, operator.optionalSelect, operator.conditional]);

function constantStep(constant: Value): Step {
  return { run: () => constant, constant };
}

function localReader(slot: number): Run {
  return (frame) => {
    const value = frame.locals[slot];
    if (value instanceof EvalError) throw value;
    if (value === undefined) throw new EvalError("no such attribute(s)");
    return value;
  };
}

function findGlobal(frame: Frame, slot: number, name: string): Value {
  const value = frame.activation.find(name);
  if (value === undefined) throw new EvalError(`no such attribute(s): ${name}`);
  frame.globals[slot] = value;
  return value;
}

function addOptional(value: Value, add: (present: Value) => void): void {
  if (!(value instanceof Optional)) throw new EvalError("cannot initialize optional entry from non-optional value");
  if (value.value !== undefined) add(value.value);
}

function addEntry(map: EntryMap, key: Value, value: Value): void {
  if (mapKey(key) === undefined || key instanceof TypeValue) throw new EvalError("unsupported key type");
  if (!map.add(key, value)) throw new EvalError("Failed with repeated key");
}
