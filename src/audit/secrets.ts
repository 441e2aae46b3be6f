import type { ReadonlyJsonObject } from "../object/json.ts";
import type { RequestInfo } from "../request/info.ts";

/** Resources whose bodies are secrets, by group/resource or group/resource/subresource. */
const SENSITIVE: ReadonlySet<string> = new Set(["/secrets", "/serviceaccounts/token", "authentication.k8s.io/tokenreviews"]);

/** Whether the body of a request may be a secret. */
export function isSensitive({ apiGroup, resource, subresource }: RequestInfo): boolean {
  return SENSITIVE.has(subresource === "" ? `${apiGroup}/${resource}` : `${apiGroup}/${resource}/${subresource}`) || resource === "secrets";
}

/** What a message of a body that cannot be read shows of it, in brackets at the message's end. */
const SHOWN_BODY = / \((?:<empty>|[^()]*|\{[^]*)\)$/;

/** A Status that says that a body cannot be read, without the piece of the body that messages for the client show. */
export function withoutBody(status: ReadonlyJsonObject): ReadonlyJsonObject {
  const { code, message } = status;
  return code === 400 && typeof message === "string" ? { ...status, message: message.replace(SHOWN_BODY, "") } : status;
}
