import { checkExpression } from "./checker.ts";
import type { Checked } from "./checker.ts";
import { compileProgram } from "./compile.ts";
import type { Program } from "./program.ts";
import type { FunctionCost, FunctionDeclaration, Library, TypeProvider } from "./declaration.ts";
import type { Macro } from "./macro.ts";
import { parse, parserDefaults } from "./parser.ts";
import type { ParserOptions } from "./parser.ts";
import type { Expr } from "./ast.ts";
import { Source } from "./source.ts";
import type { Issue } from "./source.ts";
import { dynType, type Type } from "./types.ts";
import type { Value } from "./value.ts";

/** What an environment is made of. */
export interface EnvironmentOptions {
  readonly libraries: readonly Library[];
  /** Variables and their types; dyn for what is not known. */
  readonly variables?: Iterable<readonly [name: string, type: Type]>;
  /** Names are looked up here first, then in each enclosing namespace. */
  readonly container?: string;
  readonly types?: TypeProvider;
  /** All elements of a list or map literal must be of one type. */
  readonly homogeneousLiterals?: boolean;
  /** int, uint and double may be ordered against one another. */
  readonly mixedNumbers?: boolean;
  /** Further faults to look for in a checked expression, such as literals that can never work. */
  readonly validators?: readonly Validator[];
  /** Whether a has() test counts in costs. */
  readonly presenceTestCost?: boolean;
  readonly parser?: Partial<Omit<ParserOptions, "macros">>;
  /** Evaluate constant calls and literals once, while compiling. */
  readonly fold?: boolean;
}

/** Looks through a checked expression. */
export type Validator = (checked: CheckedExpression) => readonly Issue[];

/** A well-typed expression. */
export interface CheckedExpression extends Checked {
  readonly source: Source;
  readonly expr: Expr;
  readonly environment: Environment;
}

/** The type of what an expression evaluates to. */
export function typeOf({ types, expr }: CheckedExpression): Type {
  return types[expr.id] ?? dynType;
}

/** A well-typed expression, or what is wrong with a text. */
export type Compilation =
  | { readonly checked: CheckedExpression; readonly message: undefined; readonly issues: readonly Issue[] }
  | { readonly checked: undefined; readonly message: string; readonly issues: readonly Issue[] };

/** What expressions may say: functions, macros, variables and types. Immutable; extend() makes another. */
export class Environment {
  readonly container: string;
  readonly homogeneousLiterals: boolean;
  readonly mixedNumbers: boolean;
  readonly presenceTestCost: boolean;
  readonly fold: boolean;
  readonly types: TypeProvider | undefined;
  readonly #options: EnvironmentOptions;
  readonly #functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly #macros: ReadonlyMap<string, Macro>;
  readonly #constants: ReadonlyMap<string, { readonly type: Type; readonly value: Value }>;
  readonly #costs: ReadonlyMap<string, FunctionCost>;
  readonly #variables: ReadonlyMap<string, Type>;

  constructor(options: EnvironmentOptions, base?: Environment) {
    this.#options = options;
    this.container = options.container ?? "";
    this.homogeneousLiterals = options.homogeneousLiterals ?? false;
    this.mixedNumbers = options.mixedNumbers ?? true;
    this.presenceTestCost = options.presenceTestCost ?? true;
    this.fold = options.fold ?? true;
    this.types = options.types;
    this.#variables = new Map(options.variables ?? []);
    if (base !== undefined && base.#options.libraries === options.libraries) {
      this.#functions = base.#functions;
      this.#macros = base.#macros;
      this.#constants = base.#constants;
      this.#costs = base.#costs;
      return;
    }
    const functions = new Map<string, FunctionDeclaration>();
    for (const declared of options.libraries.flatMap((library) => library.functions ?? [])) {
      const known = functions.get(declared.name);
      functions.set(declared.name, known === undefined ? declared : merge(known, declared));
    }
    this.#functions = functions;
    this.#macros = new Map(options.libraries.flatMap((library) => [...(library.macros ?? [])]));
    this.#constants = new Map(options.libraries.flatMap((library) => [...(library.constants ?? [])]));
    this.#costs = new Map(options.libraries.flatMap((library) => [...(library.costs ?? [])]));
  }

  /** This environment with more variables, libraries, or another source of types. */
  extend(more: Partial<EnvironmentOptions>): Environment {
    const variables = new Map([...this.#variables, ...(more.variables ?? [])]);
    const libraries = more.libraries === undefined ? this.#options.libraries : [...this.#options.libraries, ...more.libraries];
    return new Environment({ ...this.#options, ...more, variables, libraries }, this);
  }

  findFunction(name: string): FunctionDeclaration | undefined {
    return this.#functions.get(name);
  }

  findVariable(name: string): Type | undefined {
    return this.#variables.get(name);
  }

  /** A name with a fixed value: a type's, or an enum's. */
  findConstant(name: string): { readonly type: Type; readonly value: Value } | undefined {
    return this.#constants.get(name) ?? this.types?.findConstant?.(name);
  }

  findCost(name: string): FunctionCost | undefined {
    return this.#costs.get(name);
  }

  /** The full names that a name may mean here, nearest first. */
  candidates(name: string): readonly string[] {
    if (name.startsWith(".")) return [name.slice(1)];
    if (this.container === "") return [name];
    const names: string[] = [];
    for (let at = this.container; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), 0))) names.push(`${at}.${name}`);
    names.push(name);
    return names;
  }

  /** Parses without checking. */
  parse(text: string): { readonly expr: Expr | undefined; readonly issues: readonly Issue[]; readonly nodes: number } {
    return parse(text, { ...parserDefaults, ...this.#options.parser, macros: this.#macros });
  }

  /** Parses and checks an expression; its faults are shown as one message. */
  compile(text: string): Compilation {
    const source = new Source(text);
    const parsed = this.parse(text);
    if (parsed.expr === undefined) return failed(source, parsed.issues);
    const { checked, issues } = checkExpression(parsed.expr, this, parsed.nodes);
    if (issues.length > 0) return failed(source, issues);
    const expression: CheckedExpression = { ...checked, source, environment: this };
    for (const validate of this.#options.validators ?? []) {
      const found = validate(expression);
      if (found.length > 0) return failed(source, found);
    }
    return { checked: expression, message: undefined, issues: [] };
  }

  /** Makes a checked expression ready to run. */
  program(checked: CheckedExpression): Program {
    return compileProgram(checked, this);
  }
}

function failed(source: Source, issues: readonly Issue[]): Compilation {
  return { checked: undefined, message: source.showAll(issues), issues };
}

function merge(a: FunctionDeclaration, b: FunctionDeclaration): FunctionDeclaration {
  const known = new Set(a.overloads.map((overload) => overload.id));
  const overloads = [...a.overloads, ...b.overloads.filter((overload) => !known.has(overload.id))];
  const run = b.run ?? a.run;
  return run === undefined ? { name: a.name, overloads } : { name: a.name, overloads, run };
}
