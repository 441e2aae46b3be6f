import { quoteText } from "../object/quote.ts";
import type { AuditEvent } from "./event.ts";

/** One line of --audit-log-format=legacy, without the line's end. */
export function legacyLine(event: AuditEvent): string {
  const { facts, impersonatedUser, namespace, status } = event;
  const { user, sourceIps } = facts;
  const named = user !== undefined && user.name !== "";
  const fields: readonly (readonly [string, string])[] = [
    ["id", facts.auditId],
    ["stage", event.stage],
    ["ip", sourceIps[0] ?? "<unknown>"],
    ["method", facts.verb],
    ["user", named ? user.name : "<none>"],
    ["groups", named && user.groups.length > 0 ? list(user.groups) : "<none>"],
    ["as", impersonatedUser?.name ?? "<self>"],
    ["asgroups", impersonatedUser === undefined ? "<lookup>" : list(impersonatedUser.groups)],
    ["user-agent", facts.userAgent],
    ["namespace", namespace === "" ? "<none>" : namespace],
    ["uri", facts.requestUri],
    ["response", status === undefined ? "<deferred>" : String(status.code)],
  ];
  const time = facts.receivedAt.replace(/\.?0*Z$/, "Z");
  return `${time} AUDIT: ${fields.map(([name, value]) => `${name}=${quoteText(value)}`).join(" ")}`;
}

function list(items: readonly string[]): string {
  return items.map(quoteText).join(",");
}
