import type { Action } from "../actions.ts";
import { admitAction } from "./action-body.ts";
import { readOwnedBody } from "./owned-body.ts";
import { userInfoJson } from "../../request/user-info.ts";

/** Tells whoever asks who they are to the server (authentication.k8s.io/v1 SelfSubjectReview, KEP-3325). */
export const selfSubjectReview: Action = async (write, body, format) => {
  const review = readOwnedBody(write, body, format);
  await admitAction(write, review);
  const { apiVersion, kind } = review;
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
