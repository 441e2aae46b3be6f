import type { Status } from "../object/status.ts";
import type { RequestInfo } from "./info.ts";

/** Resources whose bodies are secrets, by group/resource or group/resource/subresource. */
const SENSITIVE: ReadonlySet<string> = new Set(["/secrets", "/serviceaccounts/token", "authentication.k8s.io/tokenreviews"]);

/** Whether the body of a request may be a secret. */
export function isSensitive({ apiGroup, resource, subresource }: RequestInfo): boolean {
  return SENSITIVE.has(subresource === "" ? `${apiGroup}/${resource}` : `${apiGroup}/${resource}/${subresource}`) || resource === "secrets";
}

/** What a message of a body that cannot be read shows of it, in brackets at the message's end. */
const SHOWN_BODY = / \((?:<empty>|[^()]*|\{[^]*)\)$/;

/** A Status that says that a body cannot be read, without the piece of the body that its message shows. */
export function withoutBody(status: Status): Status {
  const { code, message } = status;
  return code === 400 && message !== undefined ? { ...status, message: message.replace(SHOWN_BODY, "") } : status;
}
