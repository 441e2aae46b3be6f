import {
  CombinedTypes,
  VariableTypes,
  admissionTypes,
  applyConfigurationTypes,
  authorizerKind,
  jsonPatchLibrary,
  jsonPatchType,
  jsonPatchTypes,
  kubernetesEnvironment,
  resourceKind,
  typeOf,
  types as cel,
  variablesType,
  type AdmissionTypes,
  type CheckedExpression,
  type Environment,
  type Program,
  type Type,
  type TypeProvider,
} from "../../cel/kubernetes/index.ts";

/** What an expression of a webhook or policy may speak of beside the request and its objects. */
export interface ExpressionScope {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** `Object{…}` and `JSONPatch{…}` may be made. */
  readonly patches?: boolean;
}

/** What all expressions of webhooks and policies start from. */
export interface Base {
  readonly environment: Environment;
  readonly admission: AdmissionTypes;
}

// Immutable and the same for all, so that one is enough for a process; made on first use because it is dear.
let base: Base | undefined;

/** The environment of admission expressions, and the types of what they speak of. */
export function baseEnvironment(): Base {
  return (base ??= { environment: kubernetesEnvironment(), admission: admissionTypes() });
}

/** The types of what a policy looks at, where they are known: for warnings, since policies run on whatever comes. */
interface KnownTypes {
  readonly object: Type;
  /** Undefined: not known. */
  readonly params: Type | undefined;
  readonly types: TypeProvider;
}

/** What an expression must evaluate to. */
export const resultTypes = {
  condition: [cel.boolType],
  message: [cel.stringType],
  auditAnnotation: [cel.stringType, cel.nullType],
  applyConfiguration: [cel.structType("Object")],
  jsonPatch: [cel.listType(jsonPatchType)],
} as const satisfies Readonly<Record<string, readonly Type[]>>;

/**
 * Compiles the expressions of one webhook or policy, in order: variables, once declared, are known to those after them.
 * Answers are the detail of a fault, undefined for a good expression.
 */
export class ExpressionCompiler {
  readonly #variables: VariableTypes | undefined;
  readonly #known: KnownTypes | undefined;
  readonly #environments = new Map<string, Environment>();

  /** `composed`: the policy has variables, so that `variables` is a name. */
  constructor(composed: boolean, known?: KnownTypes) {
    this.#variables = composed ? new VariableTypes() : undefined;
    this.#known = known;
  }

  /** What the compiler says of an expression, whatever it evaluates to. */
  fault(expression: string, scope: ExpressionScope): string | undefined {
    return this.#environment(scope).compile(expression).message;
  }

  /** What is wrong with an expression that must have one of these types. */
  check(expression: string, wanted: readonly Type[], scope: ExpressionScope): string | undefined {
    const compiled = this.#compile(expression, wanted, scope);
    return typeof compiled === "string" ? compiled : undefined;
  }

  /** The same expression ready to run, or what is wrong with it. */
  program(expression: string, wanted: readonly Type[], scope: ExpressionScope): Program | string {
    const compiled = this.#compile(expression, wanted, scope);
    return typeof compiled === "string" ? compiled : this.#environment(scope).program(compiled);
  }

  /** Declares a variable by its expression, of any type where that does not compile. */
  declare(name: string, expression: string, scope: ExpressionScope): string | undefined {
    const compiled = this.#declare(name, expression, scope);
    return typeof compiled === "string" ? compiled : undefined;
  }

  /** Declares it too, and gives it ready to run, or what is wrong with it. */
  variable(name: string, expression: string, scope: ExpressionScope): Program | string {
    const compiled = this.#declare(name, expression, scope);
    return typeof compiled === "string" ? compiled : this.#environment(scope).program(compiled);
  }

  #compile(expression: string, wanted: readonly Type[], scope: ExpressionScope): CheckedExpression | string {
    const compiled = this.#environment(scope).compile(expression);
    if (compiled.checked === undefined) return `compilation failed: ${compiled.message}`;
    const type = typeOf(compiled.checked);
    if (wanted.some((one) => cel.sameType(one, type))) return compiled.checked;
    const names = wanted.map(cel.formatResultType);
    const must = names.length === 1 ? (names[0] ?? "") : `one of [${names.join(" ")}]`;
    return `must evaluate to ${must} but got ${cel.formatResultType(type)}`;
  }

  #declare(name: string, expression: string, scope: ExpressionScope): CheckedExpression | string {
    const compiled = this.#environment(scope).compile(expression);
    this.#variables?.declare(name, compiled.checked === undefined ? cel.dynType : typeOf(compiled.checked));
    return compiled.checked ?? `compilation failed: ${compiled.message}`;
  }

  #environment(scope: ExpressionScope): Environment {
    const key = `${scope.params} ${scope.authorizer} ${scope.patches ?? false}`;
    const known = this.#environments.get(key);
    if (known !== undefined) return known;
    const made = this.#make(scope);
    this.#environments.set(key, made);
    return made;
  }

  #make(scope: ExpressionScope): Environment {
    const { environment, admission } = baseEnvironment();
    const variables: [string, Type][] = [
      ["object", this.#known?.object ?? cel.dynType],
      ["oldObject", this.#known?.object ?? cel.dynType],
      ["namespaceObject", admission.namespaceObject.type],
      ["request", admission.request.type],
    ];
    if (scope.params) variables.push(["params", this.#known?.params ?? cel.dynType]);
    if (scope.authorizer) {
      variables.push(["authorizer", authorizerKind.type], ["authorizer.requestResource", resourceKind.type]);
    }
    if (this.#variables !== undefined) variables.push(["variables", variablesType]);
    const types = new CombinedTypes(
      ...(this.#variables === undefined ? [] : [this.#variables]),
      ...(scope.patches === true ? [jsonPatchTypes, applyConfigurationTypes] : []),
      ...(this.#known === undefined ? [] : [this.#known.types]),
      admission.types,
    );
    return environment.extend({ variables, types, ...(scope.patches === true ? { libraries: [jsonPatchLibrary] } : {}) });
  }
}
