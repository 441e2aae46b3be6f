import type { Authorization, AuthorizationAttributes, Authorizer, Decision } from "../../authorization/authorizer.ts";
import type { PolicyRule } from "../../authorization/rbac/policy-rule.ts";
import { reviewedFieldSelector, reviewedLabelSelector, type AskedSelector } from "../../authorization/selectors.ts";
import type { JsonObject, JsonValue, ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, objectIn, stringIn, stringsIn } from "../../object/read.ts";
import { badRequest, invalid } from "../../object/status.ts";
import type { UserInfo } from "../../request/context.ts";
import type { Action } from "../actions.ts";
import type { Write } from "../write.ts";
import { actionType, admitAction, readAction } from "./action-body.ts";
import { readOwnedBody } from "./owned-body.ts";
import { reviewFaults } from "./review-rules.ts";

/** Says more of a decision than its reason: which rule, or what is missing. */
export type Explain = (asked: AuthorizationAttributes) => string;

/**
 * The access reviews of authorization.k8s.io, as the server registers them. `explain`: reviews of one's own access are
 * answered with it (a server whose administrator wants that).
 */
export function accessReviews(authorization: Authorization, explain?: Explain): readonly (readonly [string, Action])[] {
  const { authorize } = authorization;
  return [
    ["authorization.k8s.io/subjectaccessreviews", accessReview(authorize, "subject")],
    ["authorization.k8s.io/localsubjectaccessreviews", accessReview(authorize, "local")],
    ["authorization.k8s.io/selfsubjectaccessreviews", accessReview(authorize, "self", explain)],
    ["authorization.k8s.io/selfsubjectrulesreviews", rulesReview(authorization)],
  ];
}

/**
 * Whether somebody may do something, and why: the answer that a request of theirs would get. Errors: StatusError 422 for
 * a review that asks for nothing or for too much.
 */
function accessReview(authorize: Authorizer, kind: "subject" | "local" | "self", explain?: Explain): Action {
  return async (write, body, format) => {
    const review = readOwnedBody(write, body, format);
    const faults = reviewFaults(review, kind);
    // The original names no kind here.
    if (faults.length > 0) throw invalid({ group: write.endpoint.definition.group, kind: "" }, "", faults);
    await admitAction(write, review);
    const spec = objectIn(review, "spec");
    const asked = objectIn(spec, "resourceAttributes");
    const fields = reviewedFieldSelector(objectIn(asked, "fieldSelector"));
    const labels = reviewedLabelSelector(objectIn(asked, "labelSelector"));
    const user = kind === "self" ? write.context.user : reviewedUser(spec);
    const question: AuthorizationAttributes = {
      ...reviewedAttributes(spec, user),
      ...(fields.requirements.length === 0 ? {} : { fieldSelector: fields.requirements }),
      ...(labels.requirements.length === 0 ? {} : { labelSelector: labels.requirements }),
    };
    const decision = await authorize(question);
    const reason = [decision.reason, explain?.(question) ?? ""].filter((text) => text !== "").join("\n");
    return { status: 201, value: { ...review, status: statusOf({ ...decision, reason }, fields, labels) } };
  };
}

function statusOf({ decision, reason, error }: Decision, fields: AskedSelector<unknown>, labels: AskedSelector<unknown>): JsonObject {
  const problems = error === undefined ? [] : [error];
  for (const [name, { requirements, fault }] of [
    ["fieldSelector", fields],
    ["labelSelector", labels],
  ] as const) {
    if (fault) problems.push(`spec.resourceAttributes.${name} ${requirements.length > 0 ? "partially " : ""}ignored due to parse error`);
  }
  return {
    allowed: decision === "allow",
    ...(decision === "deny" ? { denied: true } : {}),
    ...(reason === "" ? {} : { reason }),
    ...(problems.length === 0 ? {} : { evaluationError: problems.join("; ") }),
  };
}

/** Whom a review asks about. */
function reviewedUser(spec: ReadonlyJsonObject): UserInfo {
  const extra = objectIn(spec, "extra");
  const uid = stringIn(spec, "uid");
  return {
    name: stringIn(spec, "user"),
    groups: stringsIn(spec, "groups"),
    ...(uid === "" ? {} : { uid }),
    ...(isSet(spec, "extra") ? { extra: new Map(Object.keys(extra).map((key) => [key, stringsIn(extra, key)])) } : {}),
  };
}

/** What a review asks about, without its selectors. */
function reviewedAttributes(spec: ReadonlyJsonObject, user: UserInfo): AuthorizationAttributes {
  const isResourceRequest = isSet(spec, "resourceAttributes");
  const asked = objectIn(spec, isResourceRequest ? "resourceAttributes" : "nonResourceAttributes");
  return {
    user,
    isResourceRequest,
    verb: stringIn(asked, "verb"),
    path: stringIn(asked, "path"),
    namespace: stringIn(asked, "namespace"),
    apiGroup: stringIn(asked, "group"),
    // A review that names no version asks of all.
    apiVersion: stringIn(asked, "version") || (isResourceRequest ? "*" : ""),
    resource: stringIn(asked, "resource"),
    subresource: stringIn(asked, "subresource"),
    name: stringIn(asked, "name"),
  };
}

/** All that the asking user may do in a namespace, as far as the modes can tell. Errors: StatusError 400. */
function rulesReview({ rulesFor }: Authorization): Action {
  return async (write: Write, body, format) => {
    const review: KubeObject = readAction(write, body, format, actionType(write));
    const namespace = stringIn(objectIn(review, "spec"), "namespace");
    if (namespace === "") throw badRequest("no namespace on request");
    await admitAction(write, review);
    const { resourceRules, nonResourceRules, incomplete, fault } = rulesFor(write.context.user, namespace);
    const status: JsonObject = {
      resourceRules: resourceRules.map((rule) => shown(rule, ["verbs", "apiGroups", "resources", "resourceNames"])),
      nonResourceRules: nonResourceRules.map((rule) => shown(rule, ["verbs", "nonResourceURLs"])),
      incomplete,
      ...(fault === "" ? {} : { evaluationError: fault }),
    };
    return { status: 201, value: { kind: review.kind, apiVersion: review.apiVersion, metadata: {}, spec: {}, status } };
  };
}

function shown(rule: PolicyRule, members: readonly (keyof PolicyRule)[]): JsonValue {
  return Object.fromEntries(members.filter((member) => rule[member].length > 0).map((member) => [member, [...rule[member]]]));
}
