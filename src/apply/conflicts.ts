import { quoteText } from "../object/quote.ts";
import { applyConflict } from "../object/status.ts";
import type { StatusError } from "../object/status.ts";
import { compareTexts } from "../object/text-order.ts";
import type { OwnerName } from "./managed-fields.ts";
import { ownerIdentity } from "./managed-fields.ts";
import { pathText } from "./path-element.ts";
import type { PathElement } from "./path-element.ts";

/** A field that an applied configuration would change and somebody else owns. */
export interface Conflict {
  readonly owner: OwnerName;
  readonly path: readonly PathElement[];
}

/** 409 that names every owner and field in the way, as kubectl prints it. */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const sorted = [...conflicts].sort((a, b) => compareTexts(ownerIdentity(a.owner), ownerIdentity(b.owner)));
  const causes = sorted.map(({ owner, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${ownerText(owner)}`,
    field: pathText(path),
  }));
  return applyConflict(conflictMessage(sorted), causes);
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const only = conflicts[0];
  if (conflicts.length === 1 && only !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${ownerText(only.owner)}: ${pathText(only.path)}`;
  }
  const lines: string[] = [];
  let previous = "";
  for (const { owner, path } of conflicts) {
    const identity = ownerIdentity(owner);
    if (identity !== previous) lines.push(`conflicts with ${ownerText(owner)}:`);
    previous = identity;
    lines.push(`- ${pathText(path)}`);
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function ownerText(owner: OwnerName): string {
  const subresource = owner.subresource === "" ? "" : ` with subresource ${quoteText(owner.subresource)}`;
  const version = owner.operation === "Update" ? ` using ${owner.apiVersion}` : "";
  return `${quoteText(owner.manager)}${subresource}${version}`;
}
