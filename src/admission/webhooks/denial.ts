import { isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { numberIn, stringIn } from "../../object/read.ts";
import { statusError, type StatusDetails, type StatusError } from "../../object/status.ts";

/** What a client is told of a refusal: the webhook's own Status, made to be one, and who refused. */
export function denial(webhook: string, status: ReadonlyJsonObject): StatusError {
  const code = numberIn(status, "code");
  const reason = stringIn(status, "reason");
  const said = stringIn(status, "message") || reason;
  const deniedBy = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const details = status["details"];
  return statusError(
    // Other codes would say that all went well.
    Number.isInteger(code) && code >= 400 && code <= 599 ? code : 400,
    reason === "" ? undefined : reason,
    said === "" ? `${deniedBy} without explanation` : `${deniedBy}: ${said}`,
    isObject(details) ? (details as StatusDetails) : undefined,
  );
}
