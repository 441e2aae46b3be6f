import { notSupportedField } from "../object/field-error.ts";
import type { FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import type { JsonObject } from "../object/json.ts";
import { invalid } from "../object/status.ts";
import { isTrue } from "../request/info.ts";
import { checkFieldManager } from "../validation/object-meta.ts";

export type FieldValidation = "Ignore" | "Warn" | "Strict";

/** The query of a create, update or patch, typed and checked. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** "" where the client gave none. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Server-side apply takes fields over from others. */
  readonly force: boolean | undefined;
  /** As admission webhooks see them. */
  readonly raw: JsonObject;
}

/**
 * Reads CreateOptions, UpdateOptions or PatchOptions (meta/v1). `apply`: the patch is a server-side apply. Errors:
 * StatusError 422.
 */
export function writeOptions(
  query: URLSearchParams,
  kind: "CreateOptions" | "UpdateOptions" | "PatchOptions",
  apply = false,
): WriteOptions {
  const dryRun = query.getAll("dryRun");
  const fieldManager = query.get("fieldManager") ?? "";
  const fieldValidation = query.get("fieldValidation") ?? "";
  const forceText = query.get("force");
  const force = forceText === null ? undefined : isTrue(forceText);
  const errors: FieldError[] = [];
  if (kind === "PatchOptions") {
    if (apply && fieldManager === "") errors.push({ type: "Required", field: "fieldManager", detail: "is required for apply patch" });
    if (!apply && force !== undefined)
      errors.push({ type: "Forbidden", field: "force", detail: "may not be specified for non-apply patch" });
  }
  checkFieldManager(fieldManager, FieldPath.root.child("fieldManager"), errors);
  errors.push(...dryRunErrors(dryRun));
  if (!["", "Ignore", "Warn", "Strict"].includes(fieldValidation))
    errors.push(notSupportedField("fieldValidation", fieldValidation, ["", "Ignore", "Strict", "Warn"]));
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
  const raw: JsonObject = { kind, apiVersion: "meta.k8s.io/v1" };
  if (dryRun.length > 0) raw["dryRun"] = dryRun;
  if (force !== undefined) raw["force"] = force;
  if (fieldManager !== "") raw["fieldManager"] = fieldManager;
  if (fieldValidation !== "") raw["fieldValidation"] = fieldValidation;
  return { dryRun: dryRun.length > 0, fieldManager, fieldValidation: (fieldValidation || "Warn") as FieldValidation, force, raw };
}

/** The options of a write that nobody gave any: the server's own, and what a delete does. */
export function noWriteOptions(): WriteOptions {
  return writeOptions(new URLSearchParams(), "UpdateOptions");
}

/** Faults of a dryRun list: only ["All"] means something. */
export function dryRunErrors(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === "All") ? [] : [notSupportedField("dryRun", dryRun, ["All"])];
}
