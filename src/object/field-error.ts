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
