import { resourceQuestion, type AuthorizationAttributes } from "./authorizer.ts";

/** A question of a test: what user u may do, changed to what the test is about. */
export function question(asked: Partial<AuthorizationAttributes>): AuthorizationAttributes {
  const plain = { user: { name: "u", groups: [] }, verb: "get", apiGroup: "", apiVersion: "v1", resource: "", name: "" };
  return { ...resourceQuestion(plain), ...asked };
}
