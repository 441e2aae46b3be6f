import { ALLOW, NO_OPINION, NO_RULES, type AuthorizationMode } from "./authorizer.ts";

/** Members may do everything, whatever the modes say: the door that stays open while roles are being repaired. */
export const PRIVILEGED_GROUP = "system:masters";

/** Stands before all modes. */
export const privilegedGroup: AuthorizationMode = {
  name: "privileged group",
  authorize: ({ user }) => (user.groups.includes(PRIVILEGED_GROUP) ? ALLOW : NO_OPINION),
  rulesFor: () => NO_RULES,
};
