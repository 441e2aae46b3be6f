import { aggregateText } from "../object/field-error-message.ts";
import type { FieldRequirement } from "../object/field-selector.ts";
import type { LabelRequirement } from "../object/label-selector.ts";
import type { UserInfo } from "../request/context.ts";
import type { RequestInfo } from "../request/info.ts";
import type { PolicyRule } from "./rbac/policy-rule.ts";

/** What somebody wants to do, as authorizers judge it (authorization.k8s.io/v1 SubjectAccessReviewSpec). */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResourceRequest: boolean;
  /** Of a non-resource request. */
  readonly path: string;
  readonly namespace: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Of lists, watches and deletes of collections: the text that the client sent, or requirements (a review's). */
  readonly labelSelector?: string | readonly LabelRequirement[];
  readonly fieldSelector?: string | readonly FieldRequirement[];
}

/** "noOpinion" leaves the decision to the next authorizer; if nobody allows, the answer is no. */
export interface Decision {
  readonly decision: "allow" | "deny" | "noOpinion";
  readonly reason: string;
  /** What went wrong while it was decided (a webhook that does not answer). */
  readonly error?: string;
}

/** Decides a question. */
export type Authorizer = (attributes: AuthorizationAttributes) => Decision | Promise<Decision>;

/** A yes without a reason. */
export const ALLOW: Decision = { decision: "allow", reason: "" };
/** Neither yes nor no, without a reason. */
export const NO_OPINION: Decision = { decision: "noOpinion", reason: "" };

/** What a mode can say of all that a user may do, for SelfSubjectRulesReview. */
export interface RulesOfUser {
  readonly resourceRules: readonly PolicyRule[];
  readonly nonResourceRules: readonly PolicyRule[];
  readonly incomplete: boolean;
  /** Why it is incomplete; "" where nothing went wrong. */
  readonly fault: string;
}

/** Nothing that a user may do. */
export const NO_RULES: RulesOfUser = { resourceRules: [], nonResourceRules: [], incomplete: false, fault: "" };

/** One link of the chain of authorizers. */
export interface AuthorizationMode {
  /** As --authorization-mode names it. */
  readonly name: string;
  readonly authorize: Authorizer;
  readonly rulesFor: (user: UserInfo, namespace: string) => RulesOfUser;
}

/** Verbs that only read. */
export const READS: ReadonlySet<string> = new Set(["get", "list", "watch"]);

const SELECTING: ReadonlySet<string> = new Set(["list", "watch", "deletecollection"]);

/** The attributes of a request. */
export function attributesOfRequest(info: RequestInfo, user: UserInfo): AuthorizationAttributes {
  return {
    user,
    verb: info.verb,
    isResourceRequest: info.isResourceRequest,
    path: info.path,
    namespace: info.namespace,
    apiGroup: info.apiGroup,
    apiVersion: info.apiVersion,
    resource: info.resource,
    subresource: info.subresource,
    name: info.name,
    ...(info.labelSelector === "" || !SELECTING.has(info.verb) ? {} : { labelSelector: info.labelSelector }),
    ...(info.fieldSelector === "" || !SELECTING.has(info.verb) ? {} : { fieldSelector: info.fieldSelector }),
  };
}

/** What a question about a resource must say; its namespace and subresource are "" where it says nothing of them. */
type ResourceQuestion = Pick<AuthorizationAttributes, "user" | "verb" | "apiGroup" | "apiVersion" | "resource" | "name"> &
  Partial<Pick<AuthorizationAttributes, "namespace" | "subresource">>;

/** The attributes of a question that the server asks for itself, beside a request: may this user do that to a resource. */
export function resourceQuestion(question: ResourceQuestion): AuthorizationAttributes {
  return { isResourceRequest: true, path: "", namespace: "", subresource: "", ...question };
}

/** The chain of modes as the rest of the server sees it. */
export interface Authorization {
  /** Asks one mode after another until one allows or denies. */
  readonly authorize: Authorizer;
  /** What all modes together say that a user may do. */
  readonly rulesFor: (user: UserInfo, namespace: string) => RulesOfUser;
}

/** Joins modes in their order. */
export function authorizationChain(modes: readonly AuthorizationMode[]): Authorization {
  return {
    authorize: (attributes) => decide(modes, attributes, 0, []),
    rulesFor(user, namespace) {
      const all = modes.map((mode) => mode.rulesFor(user, namespace));
      return {
        resourceRules: all.flatMap((one) => one.resourceRules),
        nonResourceRules: all.flatMap((one) => one.nonResourceRules),
        incomplete: all.some((one) => one.incomplete),
        fault: together(all.map((one) => one.fault).filter((fault) => fault !== "")),
      };
    },
  };
}

/** Waits only where a mode does (a webhook): what is decided from memory is decided at once. */
function decide(
  modes: readonly AuthorizationMode[],
  attributes: AuthorizationAttributes,
  from: number,
  passed: readonly Decision[],
): Decision | Promise<Decision> {
  let before = passed;
  for (let i = from; i < modes.length; i++) {
    const answer = (modes[i] as AuthorizationMode).authorize(attributes);
    if (answer instanceof Promise)
      return answer.then((decision) =>
        decision.decision === "noOpinion" ? decide(modes, attributes, i + 1, [...before, decision]) : withErrors(decision, before),
      );
    if (answer.decision !== "noOpinion") return withErrors(answer, before);
    if (answer.reason !== "" || answer.error !== undefined) before = [...before, answer];
  }
  const reasons = before.map(({ reason }) => reason).filter((reason) => reason !== "");
  return withErrors({ decision: "noOpinion", reason: reasons.join("\n") }, before);
}

/** A decision with what went wrong before it was made. */
function withErrors(decision: Decision, before: readonly Decision[]): Decision {
  if (before.length === 0) return decision;
  const errors = [...before, decision].flatMap(({ error }) => error ?? []);
  return errors.length === 0 ? decision : { ...decision, error: together(errors) };
}

/** Several faults as one text, each once; "" for none. */
function together(faults: readonly string[]): string {
  return faults.length === 0 ? "" : aggregateText(faults);
}
