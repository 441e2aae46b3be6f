import { SchemaTypes } from "../../cel/kubernetes/index.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { parseGroupVersion } from "../../object/kube-object.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { ExpressionCompiler } from "../../resources/admissionregistration/policy-expressions.ts";
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
  const compilers = kindsOf(spec, definitions).map((kind) => typedCompiler(spec, kind, definitions));
  const scope = { params: isSet(spec, "paramKind"), authorizer: true };
  const warnings: ExpressionWarning[] = [];
  const check = (expression: string, fieldRef: string): void => {
    const faults = compilers.flatMap(({ kind, compiler }) => {
      const fault = compiler.fault(expression, scope);
      return fault === undefined ? [] : [`${kind}: ${fault}`];
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

/** The kinds that the rules name, in order; none where a rule leaves groups or versions open. */
function kindsOf(spec: ReadonlyJsonObject, definitions: Definitions): readonly ServedResource[] {
  const kinds = new Map<string, ServedResource>();
  for (const rule of objectsIn(objectIn(spec, "matchConstraints"), "resourceRules")) {
    const groups = named(stringsIn(rule, "apiGroups"));
    const versions = named(stringsIn(rule, "apiVersions"));
    const resources = stringsIn(rule, "resources").filter((resource) => !/[*/]/.test(resource));
    for (const group of groups) {
      for (const version of versions) {
        for (const resource of resources) {
          const found = definitions.find(group, version, resource);
          if (found !== undefined && kinds.size < MAX_KINDS) kinds.set(kindText(found), found);
        }
      }
    }
  }
  return [...kinds.keys()].sort().map((key) => kinds.get(key) as ServedResource);
}

function named(values: readonly string[]): readonly string[] {
  return values.includes("*") ? [] : values;
}

function typedCompiler(
  spec: ReadonlyJsonObject,
  resource: ServedResource,
  definitions: Definitions,
): { readonly kind: string; readonly compiler: ExpressionCompiler } {
  const types = new SchemaTypes();
  const object = types.declare("object", resource.served.schema).type;
  const paramKind = objectIn(spec, "paramKind");
  const { group, version } = parseGroupVersion(stringIn(paramKind, "apiVersion")) ?? { group: "", version: "" };
  const params = isSet(spec, "paramKind") ? definitions.findKind(group, stringIn(paramKind, "kind"), version) : undefined;
  const paramType = params === undefined ? undefined : types.declare("params", params.served.schema).type;
  const compiler = new ExpressionCompiler(listIn(spec, "variables").length > 0, { object, params: paramType, types });
  for (const variable of objectsIn(spec, "variables"))
    compiler.declare(stringIn(variable, "name"), stringIn(variable, "expression"), { params: isSet(spec, "paramKind"), authorizer: true });
  return { kind: kindText(resource), compiler };
}

/** As messages name a kind: apps/v1, Kind=Deployment; the core group shows as /v1. */
function kindText({ served: { group, version, kind } }: ServedResource): string {
  return `${group}/${version}, Kind=${kind}`;
}
