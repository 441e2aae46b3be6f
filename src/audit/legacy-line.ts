import { quoteText } from "../object/quote.ts";
import { microTime, type AuditEvent } from "./event.ts";

/** One line of --audit-log-format=legacy, without the line's end. */
export function legacyLine(event: AuditEvent): string {
  const { user, impersonatedUser, sourceIps, object, status } = event;
  const named = user !== undefined && user.name !== "";
  const fields: readonly (readonly [string, string])[] = [
    ["id", event.auditId],
    ["stage", event.stage],
    ["ip", sourceIps[0] ?? "<unknown>"],
    ["method", event.verb],
    ["user", named ? user.name : "<none>"],
    ["groups", named && user.groups.length > 0 ? list(user.groups) : "<none>"],
    ["as", impersonatedUser?.name ?? "<self>"],
    ["asgroups", impersonatedUser === undefined ? "<lookup>" : list(impersonatedUser.groups)],
    ["user-agent", event.userAgent],
    ["namespace", object === undefined || object.namespace === "" ? "<none>" : object.namespace],
    ["uri", event.requestUri],
    ["response", status === undefined ? "<deferred>" : String(status.code)],
  ];
  const time = microTime(event.receivedAt).replace(/\.?0*Z$/, "Z");
  return `${time} AUDIT: ${fields.map(([name, value]) => `${name}=${quoteText(value)}`).join(" ")}`;
}

function list(items: readonly string[]): string {
  return items.map(quoteText).join(",");
}
