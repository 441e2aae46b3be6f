import type { Action } from "../actions.ts";
import { readOwnedBody } from "./owned-body.ts";
import { userInfoJson } from "./user-info.ts";

/** Tells whoever asks who they are to the server (authentication.k8s.io/v1 SelfSubjectReview, KEP-3325). */
export const selfSubjectReview: Action = async (write, body, format) => {
  const { apiVersion, kind } = readOwnedBody(write, body, format);
  return {
    status: 201,
    value: {
      kind,
      apiVersion,
      metadata: { creationTimestamp: write.strategyContext.now },
      status: { userInfo: userInfoJson(write.context.user) },
    },
  };
};
