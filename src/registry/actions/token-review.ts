import { BadCredential, withAuthenticated } from "../../authentication/authenticator.ts";
import { common, type TokenAccepted, type TokenQuestion } from "../../authentication/token-authenticator.ts";
import { aggregateText } from "../../object/field-error-message.ts";
import { objectIn, stringIn, stringsIn } from "../../object/read.ts";
import type { JsonObject } from "../../object/json.ts";
import { badRequest, internalError } from "../../object/status.ts";
import type { Action } from "../actions.ts";
import { warn } from "../write.ts";
import { readOwnedBody } from "./owned-body.ts";
import { userInfoJson } from "../../request/user-info.ts";

/** Says whose a token is (authentication.k8s.io/v1 TokenReview). `know`: the server's own token authenticators. */
export function tokenReview(know: (question: TokenQuestion) => Promise<TokenAccepted>, apiAudiences: readonly string[]): Action {
  return async (write, body, format) => {
    const review = readOwnedBody(write, body, format);
    const spec = objectIn(review, "spec");
    const token = stringIn(spec, "token");
    if (token === "") throw badRequest("token is required for TokenReview in authentication");
    const asked = stringsIn(spec, "audiences");
    const audiences = asked.length === 0 ? apiAudiences : asked;
    const question: TokenQuestion = {
      token,
      audiences: audiences.length === 0 ? undefined : audiences,
      notes: { warn: (text) => warn(write, text), annotate: (key, value) => void write.context.annotations.set(key, value) },
    };
    let status: JsonObject;
    try {
      const accepted = await know(question);
      if (audiences.length > 0 && common(audiences, accepted.audiences).length === 0) throw internalError("unable to validate audience");
      status = {
        authenticated: true,
        user: userInfoJson(withAuthenticated(accepted.user)),
        ...(accepted.audiences.length === 0 ? {} : { audiences: [...accepted.audiences] }),
      };
    } catch (error) {
      if (!(error instanceof BadCredential)) throw error;
      status = { user: {}, error: aggregateText(error.reasons) };
    }
    const { kind, apiVersion, metadata } = review;
    return { status: 201, value: { kind, apiVersion, metadata, spec: review["spec"], status } };
  };
}
