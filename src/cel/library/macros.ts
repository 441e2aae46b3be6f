import { operator } from "../ast.ts";
import type { Expr } from "../ast.ts";
import { MacroFault, accumulatorName, unusedVariable, variableName } from "../macro.ts";
import type { Macro, PlacedMaker } from "../macro.ts";

/** What a loop does with each element; shared by the macros with one variable and those with two. */
interface LoopParts {
  readonly range: Expr;
  readonly variable: string;
  readonly variable2?: string;
}

/** Whether all elements meet a predicate. */
export function all(make: PlacedMaker, over: LoopParts, predicate: Expr): Expr {
  return make.loop({
    ...over,
    accumulator: accumulatorName,
    init: make.constant(true),
    condition: make.call(operator.notStrictlyFalse, make.accumulator()),
    step: make.call(operator.and, make.accumulator(), predicate),
    result: make.accumulator(),
  });
}

/** Whether one element or more meets a predicate. */
export function exists(make: PlacedMaker, over: LoopParts, predicate: Expr): Expr {
  return make.loop({
    ...over,
    accumulator: accumulatorName,
    init: make.constant(false),
    condition: make.call(operator.notStrictlyFalse, make.call(operator.not, make.accumulator())),
    step: make.call(operator.or, make.accumulator(), predicate),
    result: make.accumulator(),
  });
}

/** Whether exactly one element meets a predicate. */
export function existsOne(make: PlacedMaker, over: LoopParts, predicate: Expr): Expr {
  const more = make.call(operator.add, make.accumulator(), make.constant(1));
  return make.loop({
    ...over,
    accumulator: accumulatorName,
    init: make.constant(0),
    condition: make.constant(true),
    step: make.call(operator.conditional, predicate, more, make.accumulator()),
    result: make.call(operator.equals, make.accumulator(), make.constant(1)),
  });
}

/** A list of what `element` is for each that passes the filter, if there is one. */
export function collect(make: PlacedMaker, over: LoopParts, element: Expr, filter: Expr | undefined): Expr {
  const added = make.call(operator.add, make.accumulator(), make.list(element));
  return make.loop({
    ...over,
    accumulator: accumulatorName,
    init: make.list(),
    condition: make.constant(true),
    step: filter === undefined ? added : make.call(operator.conditional, filter, added, make.accumulator()),
    result: make.accumulator(),
  });
}

const has: Macro = (make, args) => {
  const arg = args[0];
  if (arg?.kind !== "select" || arg.testOnly) throw new MacroFault(arg?.offset ?? -1, "invalid argument to has() macro");
  return make.presence(arg.operand, arg.field);
};

function overRange(expand: (make: PlacedMaker, over: LoopParts, args: readonly Expr[]) => Expr, name?: string): Macro {
  return (make, args, target) => {
    if (target === undefined) return undefined;
    const variable = variableName(args[0], name);
    return expand(make, { range: target, variable }, args.slice(1));
  };
}

function arg(args: readonly Expr[], index: number): Expr {
  return args[index] as Expr;
}

const quantifierName = "argument must be a simple name";

/** has, all, exists, exists_one, map and filter. */
export const standardMacros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ["has/1/global", has],
  ["all/2/member", overRange((make, over, args) => all(make, over, arg(args, 0)), quantifierName)],
  ["exists/2/member", overRange((make, over, args) => exists(make, over, arg(args, 0)), quantifierName)],
  ["exists_one/2/member", overRange((make, over, args) => existsOne(make, over, arg(args, 0)), quantifierName)],
  ["map/2/member", overRange((make, over, args) => collect(make, over, arg(args, 0), undefined))],
  ["map/3/member", overRange((make, over, args) => collect(make, over, arg(args, 1), arg(args, 0)))],
  [
    "filter/2/member",
    (make, args, target) => {
      if (target === undefined) return undefined;
      const variable = variableName(args[0]);
      return collect(make, { range: target, variable }, make.ident(variable), arg(args, 1));
    },
  ],
]);

/** A loop that never turns: it only gives a name to a value. */
export function named(make: PlacedMaker, name: string, value: Expr, result: Expr): Expr {
  return make.loop({
    range: make.list(),
    variable: unusedVariable,
    accumulator: name,
    init: value,
    condition: make.constant(false),
    step: make.ident(name),
    result,
  });
}

function optionalMap(wrap: boolean): Macro {
  return (make, args, target) => {
    if (target === undefined) return undefined;
    const name = wrap ? "optMap()" : "optFlatMap()";
    const first = args[0];
    if (first?.kind !== "ident") {
      throw new MacroFault(first?.offset ?? -1, `${name} variable name must be a simple identifier`);
    }
    const mapped = named(make, first.name, make.member(target, "value"), arg(args, 1));
    return make.call(
      operator.conditional,
      make.member(target, "hasValue"),
      wrap ? make.call("optional.of", mapped) : mapped,
      make.call("optional.none"),
    );
  };
}

/** optMap and optFlatMap. */
export const optionalMacros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ["optMap/2/member", optionalMap(true)],
  ["optFlatMap/2/member", optionalMap(false)],
]);

/** cel.bind, which Kubernetes does not have. */
export const bindMacros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  [
    "bind/3/member",
    (make, args, target) => {
      if (target?.kind !== "ident" || target.name !== "cel") return undefined;
      const variable = args[0];
      if (variable?.kind !== "ident") {
        throw new MacroFault(variable?.offset ?? -1, "cel.bind() variable names must be simple identifiers");
      }
      return named(make, variable.name, arg(args, 1), arg(args, 2));
    },
  ],
]);

function overTwo(expand: (make: PlacedMaker, over: LoopParts, args: readonly Expr[]) => Expr): Macro {
  return (make, args, target) => {
    if (target === undefined) return undefined;
    const names = [args[0], args[1]].map((name) => {
      if (name?.kind !== "ident") throw new MacroFault(name?.offset ?? -1, quantifierName);
      return variableName(name);
    });
    const [variable, variable2] = names as [string, string];
    if (variable === variable2) throw new MacroFault(args[1]?.offset ?? -1, `duplicate variable name: ${variable}`);
    return expand(make, { range: target, variable, variable2 }, args.slice(2));
  };
}

function insert(make: PlacedMaker, over: LoopParts, entry: readonly Expr[], filter: Expr | undefined): Expr {
  const added = make.call("cel.@mapInsert", make.accumulator(), ...entry);
  return make.loop({
    ...over,
    accumulator: accumulatorName,
    init: make.map(),
    condition: make.constant(true),
    step: filter === undefined ? added : make.call(operator.conditional, filter, added, make.accumulator()),
    result: make.accumulator(),
  });
}

const one2 = overTwo((make, over, args) => existsOne(make, over, arg(args, 0)));

/** all, exists, existsOne, transformList, transformMap and transformMapEntry with index or key and value. */
export const twoVariableMacros: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ["all/3/member", overTwo((make, over, args) => all(make, over, arg(args, 0)))],
  ["exists/3/member", overTwo((make, over, args) => exists(make, over, arg(args, 0)))],
  ["existsOne/3/member", one2],
  ["exists_one/3/member", one2],
  ["transformList/3/member", overTwo((make, over, args) => collect(make, over, arg(args, 0), undefined))],
  ["transformList/4/member", overTwo((make, over, args) => collect(make, over, arg(args, 1), arg(args, 0)))],
  ["transformMap/3/member", overTwo((make, over, args) => insert(make, over, [make.ident(over.variable), arg(args, 0)], undefined))],
  ["transformMap/4/member", overTwo((make, over, args) => insert(make, over, [make.ident(over.variable), arg(args, 1)], arg(args, 0)))],
  ["transformMapEntry/3/member", overTwo((make, over, args) => insert(make, over, [arg(args, 0)], undefined))],
  ["transformMapEntry/4/member", overTwo((make, over, args) => insert(make, over, [arg(args, 1)], arg(args, 0)))],
]);
