import { forbidden } from "../object/status.ts";
import type { StatusError } from "../object/status.ts";
import type { AuthorizationAttributes } from "./authorizer.ts";

/** The 403 of a request that nobody allowed, in the words that clients know. */
export function refusal(attributes: AuthorizationAttributes, reason: string): StatusError {
  const { user, verb, path, apiGroup, resource, subresource, name, namespace, isResourceRequest } = attributes;
  if (!isResourceRequest)
    return forbidden(
      { group: "", plural: "" },
      "",
      `User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}${reason === "" ? "" : `: ${reason}`}`,
    );
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const text = `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(apiGroup)} ${where}`;
  return forbidden({ group: apiGroup, plural: resource }, name, reason === "" ? text : `${text}: ${reason}`);
}
