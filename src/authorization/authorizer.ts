import type { UserInfo } from "../request/context.ts";
import type { RequestInfo } from "../request/info.ts";

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
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** "noOpinion" leaves the decision to the next authorizer; if nobody allows, the answer is no. */
export interface Decision {
  readonly decision: "allow" | "deny" | "noOpinion";
  readonly reason: string;
}

export type Authorizer = (attributes: AuthorizationAttributes) => Decision | Promise<Decision>;

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
    ...(info.labelSelector === "" ? {} : { labelSelector: info.labelSelector }),
    ...(info.fieldSelector === "" ? {} : { fieldSelector: info.fieldSelector }),
  };
}

/** Asks one after another until somebody allows or denies. */
export function firstDecision(authorizers: readonly Authorizer[]): Authorizer {
  return async (attributes) => {
    const reasons: string[] = [];
    for (const authorize of authorizers) {
      const decision = await authorize(attributes);
      if (decision.decision !== "noOpinion") return decision;
      if (decision.reason !== "") reasons.push(decision.reason);
    }
    return { decision: "noOpinion", reason: reasons.join("\n") };
  };
}
