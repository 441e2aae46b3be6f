import type { FieldError, FieldErrorType } from "./field-error.ts";
import { goJson } from "./go-json.ts";
import type { ReadonlyJson } from "./json.ts";
import { quoteText } from "./quote.ts";

/** The reason that a Status cause gives for each type of fault. */
export const causeReasons: Readonly<Record<FieldErrorType, string>> = {
  NotFound: "FieldValueNotFound",
  Required: "FieldValueRequired",
  Duplicate: "FieldValueDuplicate",
  Invalid: "FieldValueInvalid",
  NotSupported: "FieldValueNotSupported",
  Forbidden: "FieldValueForbidden",
  TooLong: "FieldValueTooLong",
  TooMany: "FieldValueTooMany",
  TypeInvalid: "FieldValueTypeInvalid",
  InternalError: "InternalError",
};

const titles: Readonly<Record<FieldErrorType, string>> = {
  NotFound: "Not found",
  Required: "Required value",
  Duplicate: "Duplicate value",
  Invalid: "Invalid value",
  NotSupported: "Unsupported value",
  Forbidden: "Forbidden",
  TooLong: "Too long",
  TooMany: "Too many",
  TypeInvalid: "Invalid value",
  InternalError: "Internal error",
};

const withoutValue: ReadonlySet<FieldErrorType> = new Set(["Required", "Forbidden", "TooLong", "InternalError"]);

/** A fault's message without its field: `Invalid value: "x": must be …`. */
export function fieldErrorBody(error: FieldError): string {
  const parts = [titles[error.type]];
  const omitted = withoutValue.has(error.type) || (error.value === undefined && (error.type === "Invalid" || error.type === "Duplicate"));
  if (!omitted) parts.push(shownValue(error.value));
  const detail = error.supported === undefined ? error.detail : supportedText(error.supported);
  if (detail !== undefined && detail !== "") parts.push(detail);
  return parts.join(": ");
}

/** A fault's whole message: `spec.x: Invalid value: …`. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** Several faults in one line, each text once: `e1`, or `[e1, e2]`. */
export function fieldErrorsText(errors: readonly FieldError[]): string {
  return aggregateText(errors.map(fieldErrorText));
}

/** Messages in one line as the original joins errors: one alone stays as it is, several stand in brackets, each once. */
export function aggregateText(messages: readonly string[]): string {
  const unique = [...new Set(messages)];
  return unique.length === 1 ? (unique[0] ?? "") : `[${unique.join(", ")}]`;
}

function supportedText(supported: readonly string[]): string {
  return supported.length === 0 ? "" : `supported values: ${supported.map(quoteText).join(", ")}`;
}

function shownValue(value: ReadonlyJson | undefined): string {
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "number") return shownNumber(value);
  return goJson(value ?? null);
}

/** A number as Go's %v prints it: an exponent below 1e-4 and from 1e21, of two digits at least. */
function shownNumber(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}
