import type { LabelOperator, LabelRequirement } from "../../object/label-selector.ts";
import type { JsonObject, JsonValue } from "../../object/json.ts";
import { extraJson } from "../../request/user-info.ts";
import type { AuthorizationAttributes } from "../authorizer.ts";
import { fieldRequirements, labelRequirements } from "../selectors.ts";

/** A version of SubjectAccessReview that this server speaks. */
export type ReviewVersion = "v1" | "v1beta1";

const LABEL_OPERATORS: Readonly<Partial<Record<LabelOperator, string>>> = {
  "=": "In",
  "==": "In",
  "in": "In",
  "!=": "NotIn",
  "notin": "NotIn",
  "exists": "Exists",
  "!": "DoesNotExist",
};

/** The spec of the SubjectAccessReview that asks a webhook (reference/access-authn-authz/webhook). */
export function reviewSpec(asked: AuthorizationAttributes, version: ReviewVersion): JsonObject {
  const { user } = asked;
  return {
    ...(asked.isResourceRequest
      ? { resourceAttributes: resourceAttributes(asked) }
      : { nonResourceAttributes: filled({ path: asked.path, verb: asked.verb }) }),
    ...filled({ user: user.name }),
    ...(user.groups.length === 0 ? {} : { [version === "v1" ? "groups" : "group"]: [...user.groups] }),
    ...(user.extra === undefined || user.extra.size === 0 ? {} : { extra: extraJson(user.extra) }),
    ...filled({ uid: user.uid ?? "" }),
  };
}

function resourceAttributes(asked: AuthorizationAttributes): JsonObject {
  const fields: JsonValue[] = fieldRequirements(asked).map(({ field, operator, value }) => ({
    key: field,
    operator: operator === "=" ? "In" : "NotIn",
    values: [value],
  }));
  const labels: JsonValue[] = labelRequirements(asked).flatMap(labelRequirement);
  return {
    ...filled({
      namespace: asked.namespace,
      verb: asked.verb,
      group: asked.apiGroup,
      version: asked.apiVersion,
      resource: asked.resource,
      subresource: asked.subresource,
      name: asked.name,
    }),
    ...(fields.length === 0 ? {} : { fieldSelector: { requirements: fields } }),
    ...(labels.length === 0 ? {} : { labelSelector: { requirements: labels } }),
  };
}

/** Comparisons of numbers have no form in a review: leaving them out only widens what is asked. */
function labelRequirement({ key, operator, values }: LabelRequirement): JsonObject[] {
  const name = LABEL_OPERATORS[operator];
  if (name === undefined) return [];
  return [{ key, operator: name, ...(values.length === 0 ? {} : { values: [...values] }) }];
}

function filled(members: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ""));
}
