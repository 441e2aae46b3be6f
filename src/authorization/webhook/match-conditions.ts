import {
  activation,
  celLimits,
  kubernetesEnvironment,
  SchemaTypes,
  typeOf,
  types as celTypes,
  withVariables,
  structSchema as object,
  textSchema as string,
  textsSchema as strings,
} from "../../cel/kubernetes/index.ts";
import { isObject, type JsonObject } from "../../object/json.ts";
import type { ObjectSchema } from "../../schema/schema.ts";
import type { AuthorizationAttributes } from "../authorizer.ts";
import { reviewSpec } from "./review.ts";

/** Whether a webhook is to be asked; an error where an expression failed before one was false. */
export type Matches = (asked: AuthorizationAttributes) => { readonly matches: boolean; readonly error?: string };

/** An expression that does not compile; the message says which and why. */
export class MatchConditionError extends Error {}

function selector(name: string): ObjectSchema {
  const requirement = object(`kubernetes.${name}Requirement`, { key: string, operator: string, values: strings });
  return object(`kubernetes.${name}Attributes`, {
    rawSelector: string,
    requirements: { type: "list", items: requirement, listType: "atomic", keys: [] },
  });
}

/** The type of `request`: the spec of a SubjectAccessReview. */
const requestSchema = object("kubernetes.SubjectAccessReviewSpec", {
  resourceAttributes: object("kubernetes.ResourceAttributes", {
    namespace: string,
    verb: string,
    group: string,
    version: string,
    resource: string,
    subresource: string,
    name: string,
    fieldSelector: selector("FieldSelector"),
    labelSelector: selector("LabelSelector"),
  }),
  nonResourceAttributes: object("kubernetes.NonResourceAttributes", { path: string, verb: string }),
  user: string,
  groups: strings,
  extra: { type: "map", values: strings },
  uid: string,
});

const EMPTY_RESOURCE = { namespace: "", verb: "", group: "", version: "", resource: "", subresource: "", name: "" };

/** The spec with what a review leaves out: an expression over the groups of a user must not fail for one who has none. */
function wholeSpec(asked: AuthorizationAttributes): JsonObject {
  const { resourceAttributes, nonResourceAttributes, ...user } = reviewSpec(asked, "v1");
  return {
    user: "",
    groups: [],
    uid: "",
    extra: {},
    ...user,
    ...(isObject(resourceAttributes) ? { resourceAttributes: { ...EMPTY_RESOURCE, ...resourceAttributes } } : {}),
    ...(isObject(nonResourceAttributes) ? { nonResourceAttributes: { path: "", verb: "", ...nonResourceAttributes } } : {}),
  };
}

/**
 * Compiles match conditions (reference/access-authn-authz/authorization, AuthorizationConfiguration). A false one decides,
 * whatever others failed. Errors: MatchConditionError.
 */
export function compileMatchConditions(expressions: readonly string[]): Matches {
  // Fields are named as in the review, reserved words included.
  const types = new SchemaTypes((field) => field);
  const request = types.declare("request", requestSchema);
  const environment = withVariables(kubernetesEnvironment(), [["request", request.type]], types);
  const programs = expressions.map((expression) => {
    const compiled = environment.compile(expression);
    if (compiled.checked === undefined) {
      throw new MatchConditionError(`${JSON.stringify(expression)}: ${compiled.issues.map(({ message }) => message).join("; ")}`);
    }
    const type = typeOf(compiled.checked);
    if (type !== celTypes.boolType && type !== celTypes.dynType)
      throw new MatchConditionError(`${JSON.stringify(expression)}: must evaluate to bool`);
    return { expression, program: environment.program(compiled.checked) };
  });
  return (asked) => {
    const values = activation({ request: request.read(wholeSpec(asked)) });
    let failure: string | undefined;
    for (const { expression, program } of programs) {
      const { value, error } = program.evaluate(values, { costLimit: celLimits.perCall });
      if (value === false) return { matches: false };
      if (value !== true)
        failure ??= `cel evaluation error: expression '${expression}' resulted in error: ${error?.message ?? "no boolean"}`;
    }
    return failure === undefined ? { matches: true } : { matches: true, error: failure };
  };
}
