import type { FieldPath } from "./field-path.ts";
import type { ReadonlyJson } from "./json.ts";

/** The kinds of fault that validation finds; each has one form of message and one cause reason. */
export type FieldErrorType =
  | "NotFound"
  | "Required"
  | "Duplicate"
  | "Invalid"
  | "NotSupported"
  | "Forbidden"
  | "TooLong"
  | "TooMany"
  | "TypeInvalid"
  | "InternalError";

/**
 * One fault in an object: where, what sort, the value that is there, and what would be right. A value, not a throw, so
 * that all faults of an object are found at once.
 */
export interface FieldError {
  readonly type: FieldErrorType;
  /** JSON path as clients read it: `spec.containers[0].env[1].name`, `metadata.labels[a/b]`. */
  readonly field: string;
  /** The offending value; rendered into the message by type. */
  readonly value?: ReadonlyJson | undefined;
  /** Text after the value. For NotSupported the list of supported values, quoted and joined, is made from `supported`. */
  readonly detail?: string | undefined;
  readonly supported?: readonly string[] | undefined;
}

/** Where a fault is: a path walked down to it, or its text. */
type FieldPlace = FieldPath | string;

/** A value that must be there is missing or empty. */
export function requiredField(field: FieldPlace, detail = ""): FieldError {
  return fault("Required", field, undefined, detail);
}

/**
 * A value that does not meet a rule. Members of an object value are shown in the order in which they stand; undefined
 * leaves the value out of the message, null shows it as null.
 */
export function invalidField(field: FieldPlace, value: ReadonlyJson | undefined, detail: string): FieldError {
  return fault("Invalid", field, value, detail);
}

/** A value of the wrong JSON type; `value` is the name of the type found, as custom resources' schemas report it. */
export function typeInvalidField(field: FieldPlace, value: ReadonlyJson | undefined, detail: string): FieldError {
  return fault("TypeInvalid", field, value, detail);
}

/** A value outside a fixed set; the set is shown in the order given. */
export function notSupportedField(field: FieldPlace, value: ReadonlyJson | undefined, supported: readonly string[]): FieldError {
  return { type: "NotSupported", field: String(field), value, supported };
}

/** A value that another item of the list has already. */
export function duplicateField(field: FieldPlace, value: ReadonlyJson | undefined, detail = ""): FieldError {
  return fault("Duplicate", field, value, detail);
}

/** A value that refers to something that is not there. */
export function notFoundField(field: FieldPlace, value: ReadonlyJson | undefined, detail = ""): FieldError {
  return fault("NotFound", field, value, detail);
}

/** A value that may not be set here, or not be changed. */
export function forbiddenField(field: FieldPlace, detail: string): FieldError {
  return fault("Forbidden", field, undefined, detail);
}

/** A text with more than `max` bytes; the value itself is not repeated. */
export function tooLongField(field: FieldPlace, max: number): FieldError {
  return fault("TooLong", field, undefined, max < 0 ? "value is too long" : `may not be more than ${max} bytes`);
}

/** A list or map with more than `max` items. */
export function tooManyField(field: FieldPlace, actual: number, max: number): FieldError {
  return fault("TooMany", field, actual, `must have at most ${max} ${max === 1 ? "item" : "items"}`);
}

/** A check that failed for a reason of the server's own. */
export function internalFieldError(field: FieldPlace, detail: string): FieldError {
  return fault("InternalError", field, undefined, detail);
}

function fault(type: FieldErrorType, field: FieldPlace, value: ReadonlyJson | undefined, detail: string): FieldError {
  return { type, field: String(field), value, detail };
}
