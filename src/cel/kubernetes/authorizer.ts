import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { fn, memberOverload } from "../declaration.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import type { Activation, EvaluateOptions, Evaluation, Program } from "../program.ts";
import { boolType, opaqueType, stringType } from "../types.ts";
import { EvalError } from "../value.ts";
import type { Value } from "../value.ts";
import { opaqueKind } from "./opaque.ts";

/** What an expression asks for: the user's own request, or one in the name of a service account. */
export interface AuthorizationQuestion {
  /** The service account that would act; undefined for the user of the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** A path outside of resources; nothing else is set with it. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** The answer. An error does not say that it was refused for another reason: both may be there. */
export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** Who answers. A promise suspends the evaluation, see evaluateWithAuthorizer. */
export type Authorize = (question: AuthorizationQuestion) => AuthorizationAnswer | Promise<AuthorizationAnswer>;

interface Asking {
  readonly authorize: Authorize;
  readonly question: Omit<AuthorizationQuestion, "verb">;
}

const name = (kind: string): ReturnType<typeof opaqueType> => opaqueType(`kubernetes.authorization.${kind}`);

/** The type of the `authorizer` variable, and what its functions give. */
export const authorizerKind = opaqueKind<Asking>(name("Authorizer"));
const pathKind = opaqueKind<Asking>(name("PathCheck"));
const groupKind = opaqueKind<Asking>(name("GroupCheck"));
/** The type of `authorizer.requestResource`. */
export const resourceKind = opaqueKind<Asking>(name("ResourceCheck"));
const decisionKind = opaqueKind<AuthorizationAnswer>(name("Decision"));

/** The value of the `authorizer` variable. */
export function authorizerValue(authorize: Authorize): Value {
  return authorizerKind.wrap({ authorize, question: {} });
}

/** The value of `authorizer.requestResource`: the check of what the request is about. */
export function requestResourceValue(authorize: Authorize, resource: Omit<AuthorizationQuestion, "verb" | "path">): Value {
  return resourceKind.wrap({ authorize, question: resource });
}

/** An evaluation waits for an answer from elsewhere; it is to be run again when that is there. */
export class Suspended extends EvalError {
  readonly answer: Promise<unknown>;
  constructor(answer: Promise<unknown>) {
    super("evaluation is waiting for an authorization decision", true);
    this.answer = answer;
  }
}

/**
 * Remembers answers, so that an evaluation that was suspended finds them when it runs again, and the same question is
 * asked once a request.
 */
export function rememberingAuthorize(authorize: Authorize): Authorize {
  const answers = new Map<string, AuthorizationAnswer>();
  return (question) => {
    const key = JSON.stringify(Object.entries(question).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = answers.get(key);
    if (known !== undefined) return known;
    const remember = (answer: AuthorizationAnswer): AuthorizationAnswer => {
      answers.set(key, answer);
      return answer;
    };
    const answer = authorize(question);
    if (!(answer instanceof Promise)) return remember(answer);
    return answer.then(remember, (fault: unknown) =>
      remember({ allowed: false, reason: "", error: fault instanceof Error ? fault.message : String(fault) }),
    );
  };
}

/** More questions than an evaluation can pay for. */
const maxQuestions = 100;

/** Evaluates, waiting for authorizers that answer later. They must come from rememberingAuthorize. */
export async function evaluateWithAuthorizer(program: Program, variables: Activation, options?: EvaluateOptions): Promise<Evaluation> {
  for (let asked = 0; ; asked++) {
    const result = program.evaluate(variables, options);
    if (!(result.error instanceof Suspended) || asked === maxQuestions) return result;
    await result.error.answer;
  }
}

function check(asking: Asking, verb: Value | undefined): Value {
  const answer = asking.authorize({ ...asking.question, verb: verb as string });
  if (answer instanceof Promise) throw new Suspended(answer);
  return decisionKind.wrap(answer);
}

function serviceAccount(value: Value | undefined, namespace: Value | undefined, account: Value | undefined): Value {
  const [space, own] = [namespace as string, account as string];
  const wrongName = dnsSubdomain(own);
  if (wrongName.length > 0) throw new EvalError(`Invalid service account name: ${wrongName.join(", ")}`);
  const wrongNamespace = dnsLabel(space);
  if (wrongNamespace.length > 0) throw new EvalError(`Invalid service account namespace: ${wrongNamespace.join(", ")}`);
  const { authorize } = authorizerKind.unwrap(value);
  return authorizerKind.wrap({ authorize, question: { serviceAccount: { namespace: space, name: own } } });
}

function pathCheck(value: Value | undefined, path: Value | undefined): Value {
  if (path === "") throw new EvalError("path must not be empty");
  const { authorize, question } = authorizerKind.unwrap(value);
  return pathKind.wrap({ authorize, question: { ...question, path: path as string } });
}

type Part = "subresource" | "namespace" | "name" | "fieldSelector" | "labelSelector";

/** A check of a resource, made narrower. */
function narrowed(part: Part, id: string): FunctionDeclaration {
  const { type } = resourceKind;
  return fn(part, [
    memberOverload(id, [type, stringType], type, (value, text) => {
      const { authorize, question } = resourceKind.unwrap(value);
      return resourceKind.wrap({ authorize, question: { ...question, [part]: text as string } });
    }),
  ]);
}

const A = authorizerKind.type;
const D = decisionKind.type;
const answer = decisionKind.unwrap;

/** authorizer.group("apps").resource("deployments").namespace("x").check("create").allowed() and its kin. */
export const authorizerLibrary: Library = {
  functions: [
    fn("path", [memberOverload("authorizer_path", [A, stringType], pathKind.type, pathCheck)]),
    fn("group", [
      memberOverload("authorizer_group", [A, stringType], groupKind.type, (value, group) => {
        const { authorize, question } = authorizerKind.unwrap(value);
        return groupKind.wrap({ authorize, question: { ...question, group: group as string } });
      }),
    ]),
    fn("serviceAccount", [memberOverload("authorizer_serviceaccount", [A, stringType, stringType], A, serviceAccount)]),
    fn("resource", [
      memberOverload("groupcheck_resource", [groupKind.type, stringType], resourceKind.type, (value, resource) => {
        if (resource === "") throw new EvalError("resource must not be empty");
        const { authorize, question } = groupKind.unwrap(value);
        return resourceKind.wrap({ authorize, question: { ...question, resource: resource as string } });
      }),
    ]),
    narrowed("subresource", "resourcecheck_subresource"),
    narrowed("namespace", "resourcecheck_namespace"),
    narrowed("name", "resourcecheck_name"),
    narrowed("fieldSelector", "resourcecheck_fieldSelector"),
    narrowed("labelSelector", "resourcecheck_labelSelector"),
    fn("check", [
      memberOverload("pathcheck_check", [pathKind.type, stringType], D, (value, verb) => check(pathKind.unwrap(value), verb)),
      memberOverload("resourcecheck_check", [resourceKind.type, stringType], D, (value, verb) => check(resourceKind.unwrap(value), verb)),
    ]),
    fn("errored", [memberOverload("decision_errored", [D], boolType, (value) => answer(value).error !== undefined)]),
    fn("error", [memberOverload("decision_error", [D], stringType, (value) => answer(value).error ?? "")]),
    fn("allowed", [memberOverload("decision_allowed", [D], boolType, (value) => answer(value).allowed)]),
    fn("reason", [memberOverload("decision_reason", [D], stringType, (value) => answer(value).reason)]),
  ],
};
