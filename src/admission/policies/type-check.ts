import { SchemaTypes } from "../../cel/kubernetes/index.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion } from "../../object/kube-object.ts";
import { listIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { compareTexts } from "../../object/text-order.ts";
import { ExpressionCompiler, type ExpressionScope } from "../../resources/admissionregistration/policy-expressions.ts";
import type { Definitions, ServedResource } from "../../resources/definitions.ts";

/** Of so many kinds the types are checked at most. */
const MAX_KINDS = 10;

/** One warning of a policy's status.typeChecking. */
interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

/**
 * Checks the validations of a ValidatingAdmissionPolicy against the kinds that its rules name without wildcards: what does
 * not compile with their types (reference/access-authn-authz/validating-admission-policy, type checking). The warnings
 * change nothing of what the policy does.
 */
export function expressionWarnings(spec: ReadonlyJsonObject, definitions: Definitions): readonly ExpressionWarning[] {
  const params = paramResource(objectIn(spec, "paramKind"), definitions);
  // Parameters of a kind that there is not are no name, to the original.
  const scope = { params: params !== undefined, authorizer: true };
  const compilers = kindsOf(spec, definitions).map((kind) => typedCompiler(spec, scope, kind, params));
  const warnings: ExpressionWarning[] = [];
  const check = (expression: string, fieldRef: string): void => {
    const faults = compilers.flatMap(({ kind, compiler }) => {
      const fault = compiler.fault(expression, scope);
      return fault === undefined ? [] : [`${kind}: ${fault}\n`];
    });
    if (faults.length > 0) warnings.push({ fieldRef, warning: faults.join("\n") });
  };
  objectsIn(spec, "validations").forEach((validation, i) => {
    check(stringIn(validation, "expression"), `spec.validations[${i}].expression`);
    const message = stringIn(validation, "messageExpression");
    if (message !== "") check(message, `spec.validations[${i}].messageExpression`);
  });
  return warnings;
}

/**
 * The kinds that the rules name, in order: of one rule so many, of which the last ends the search. None where a rule
 * leaves groups or versions open.
 */
function kindsOf(spec: ReadonlyJsonObject, definitions: Definitions): readonly ServedResource[] {
  const kinds = new Map<string, ServedResource>();
  for (const rule of objectsIn(objectIn(spec, "matchConstraints"), "resourceRules")) {
    const found = kindsOfRule(rule, definitions);
    for (const kind of found.slice(0, MAX_KINDS)) kinds.set(kindText(kind), kind);
    if (found.length >= MAX_KINDS) break;
  }
  return [...kinds].sort(([a], [b]) => compareTexts(a, b)).map(([, kind]) => kind);
}

function kindsOfRule(rule: ReadonlyJsonObject, definitions: Definitions): readonly ServedResource[] {
  const groups = named(stringsIn(rule, "apiGroups")).toSorted();
  const versions = named(stringsIn(rule, "apiVersions")).toSorted();
  const resources = stringsIn(rule, "resources")
    .filter((resource) => !/[*/]/.test(resource))
    .toSorted();
  return groups.flatMap((group) =>
    versions.flatMap((version) => resources.flatMap((resource) => definitions.find(group, version, resource) ?? [])),
  );
}

function named(values: readonly string[]): readonly string[] {
  return values.includes("*") ? [] : values;
}

function paramResource(paramKind: ReadonlyJsonObject, definitions: Definitions): ServedResource | undefined {
  const { group, version } = parseGroupVersion(stringIn(paramKind, "apiVersion")) ?? { group: "", version: "" };
  return definitions.findKind(group, stringIn(paramKind, "kind"), version);
}

function typedCompiler(
  spec: ReadonlyJsonObject,
  scope: ExpressionScope,
  resource: ServedResource,
  params: ServedResource | undefined,
): { readonly kind: string; readonly compiler: ExpressionCompiler } {
  const types = new SchemaTypes();
  const object = types.declare("object", resource.served.schema).type;
  const paramType = params === undefined ? undefined : types.declare("params", params.served.schema).type;
  const compiler = new ExpressionCompiler(listIn(spec, "variables").length > 0, { object, params: paramType, types });
  for (const variable of objectsIn(spec, "variables"))
    compiler.declare(stringIn(variable, "name"), stringIn(variable, "expression"), scope);
  return { kind: kindText(resource), compiler };
}

/** As messages name a kind: apps/v1, Kind=Deployment; the core group shows as /v1. */
function kindText({ served: { group, version, kind } }: ServedResource): string {
  return `${group}/${version}, Kind=${kind}`;
}
