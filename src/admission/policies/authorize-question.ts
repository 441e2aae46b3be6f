import { ALL_AUTHENTICATED } from "../../authentication/authenticator.ts";
import { accountGroups, accountUserName } from "../../authentication/service-account/account-name.ts";
import type { Authorizer, Decision } from "../../authorization/authorizer.ts";
import { rememberingAuthorize, type Authorize, type AuthorizationAnswer, type AuthorizationQuestion } from "../../cel/kubernetes/index.ts";
import type { UserInfo } from "../../request/context.ts";

/** What the `authorizer` of expressions asks, answered by the server's own for the user of a request; each question once. */
export function authorizeFor(user: UserInfo, authorize: Authorizer): Authorize {
  return rememberingAuthorize((question) => {
    const decision = authorize(attributesOf(question, user));
    return decision instanceof Promise ? decision.then(answerOf) : answerOf(decision);
  });
}

function attributesOf(question: AuthorizationQuestion, user: UserInfo): Parameters<Authorizer>[0] {
  const { serviceAccount, path, labelSelector, fieldSelector } = question;
  return {
    user:
      serviceAccount === undefined
        ? user
        : { name: accountUserName(serviceAccount), groups: [...accountGroups(serviceAccount.namespace), ALL_AUTHENTICATED] },
    verb: question.verb,
    isResourceRequest: path === undefined,
    path: path ?? "",
    namespace: question.namespace ?? "",
    apiGroup: question.group ?? "",
    apiVersion: path === undefined ? "*" : "",
    resource: question.resource ?? "",
    subresource: question.subresource ?? "",
    name: question.name ?? "",
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

function answerOf({ decision, reason, error }: Decision): AuthorizationAnswer {
  return { allowed: decision === "allow", reason, ...(error === undefined ? {} : { error }) };
}
