import { forbiddenField, invalidField, requiredField, tooLongField } from "../object/field-error.ts";
import type { FieldError } from "../object/field-error.ts";

/** Longest name of a manager, in bytes. */
export const maxManagerBytes = 128;

/** Letters, marks, numbers, punctuation, symbols and the plain space: what Go prints. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/**
 * Who a write is recorded for: the request's fieldManager, or else what its User-Agent says before the first slash,
 * without unprintable characters and cut to what fits. May be empty; entries then say "unknown".
 */
export function managerName(fieldManager: string | undefined, userAgent: string | undefined): string {
  if (fieldManager !== undefined && fieldManager !== "") return fieldManager;
  const product = (userAgent ?? "").split("/", 1)[0] ?? "";
  let name = "";
  let bytes = 0;
  for (const character of product) {
    if (!printable.test(character)) continue;
    bytes += Buffer.byteLength(character);
    if (bytes > maxManagerBytes) break;
    name += character;
  }
  return name;
}

/** What is wrong with a manager's name; `field` is where it stands: `fieldManager`, `metadata.managedFields[0].manager`. */
export function managerErrors(name: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(name) > maxManagerBytes) errors.push(tooLongField(field, maxManagerBytes));
  let position = 0;
  for (const character of name) {
    if (!printable.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      errors.push(invalidField(field, name, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** What is wrong with the options of an apply or, with `force` given, of another patch. */
export function patchOptionErrors(apply: boolean, fieldManager: string, force: boolean | undefined): FieldError[] {
  const errors: FieldError[] = [];
  if (apply) {
    if (fieldManager === "") errors.push(requiredField("fieldManager", "is required for apply patch"));
  } else if (force !== undefined) {
    errors.push(forbiddenField("force", "may not be specified for non-apply patch"));
  }
  return [...errors, ...managerErrors(fieldManager, "fieldManager")];
}
