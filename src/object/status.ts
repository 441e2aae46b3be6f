import { aggregateText, causeReasons, fieldErrorBody } from "./field-error-message.ts";
import type { FieldError } from "./field-error.ts";
import { qualified } from "./kube-object.ts";
import { quoteText } from "./quote.ts";

/** Machine-readable reasons (meta/v1 StatusReason). Admission policies may give others. */
export type StatusReason =
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Invalid"
  | "ServerTimeout"
  | "StoreReadError"
  | "Timeout"
  | "TooManyRequests"
  | "BadRequest"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  | "InternalError"
  | "Expired"
  | "ServiceUnavailable"
  | "NotImplemented";

/** One cause of a failure. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What a failure is about. `kind` holds a kind or, for most reasons, the plural name of the resource. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The answer to a request that failed. Its members stand in the order in which clients receive them. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly status: "Failure";
  readonly message?: string;
  readonly reason?: StatusReason | (string & {});
  readonly details?: StatusDetails;
  readonly code: number;
}

/** A failure that a client caused or must be told of; whoever answers the request sends its Status. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? "");
    this.name = "StatusError";
    this.status = status;
  }
}

/** A resource by group and plural: "deployments.apps" in messages; a subresource's plural is "pods/binding". */
export interface ResourceRef {
  readonly group: string;
  readonly plural: string;
}

/** The kind that a message names: "Deployment.apps". */
interface KindRef {
  readonly group: string;
  readonly kind: string;
}

/** Any Status; the named constructors below are built on it. Without a reason it reads like an error from below. */
export function statusError(code: number, reason: Status["reason"], message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  });
}

/** 404: no such object. */
export function notFound(resource: ResourceRef, name: string): StatusError {
  return statusError(404, "NotFound", `${named(resource, name)} not found`, resourceDetails(resource, name));
}

/** 404: no such path, or no such resource under it. */
export function unknownPath(): StatusError {
  return statusError(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409: the name is taken. */
export function alreadyExists(resource: ResourceRef, name: string): StatusError {
  return statusError(409, "AlreadyExists", `${named(resource, name)} already exists`, resourceDetails(resource, name));
}

/** 409: the name is taken by an object that waits for its finalizers. */
export function alreadyExistsDeleting(resource: ResourceRef, name: string): StatusError {
  const message = `object is being deleted: ${named(resource, name)} already exists`;
  return statusError(409, "AlreadyExists", message, resourceDetails(resource, name));
}

/** 409: every generated name was taken; the client may try again. */
export function generateNameConflict(resource: ResourceRef, name: string, retryAfterSeconds = 1): StatusError {
  const message = `${named(resource, name)} already exists, the server was not able to generate a unique name for the object`;
  return statusError(409, "AlreadyExists", message, { ...resourceDetails(resource, name), retryAfterSeconds });
}

/** The text of an optimistic lock that failed. */
const objectModified = "the object has been modified; please apply your changes to the latest version and try again";

/** 409: the object is not what the request assumes; without a text, it changed since it was read. */
export function conflict(resource: ResourceRef, name: string, text = objectModified): StatusError {
  const message = `Operation cannot be fulfilled on ${named(resource, name)}: ${text}`;
  return statusError(409, "Conflict", message, resourceDetails(resource, name));
}

/** 409: fields that other managers own (server-side apply). */
export function applyConflict(message: string, causes: readonly StatusCause[]): StatusError {
  return statusError(409, "Conflict", message, { causes });
}

/** 422: the object breaks its rules. Every fault is a cause; the message has each text once. */
export function invalid(kind: KindRef, name: string, errors: readonly FieldError[]): StatusError {
  const title = `${qualified(kind.kind, kind.group)} ${quoteText(name)} is invalid`;
  const causes = causesOf(errors);
  const texts = causes.map(({ field = "", message = "" }) => `${field}: ${message}`);
  return statusError(422, "Invalid", causes.length === 0 ? title : `${title}: ${aggregateText(texts)}`, {
    ...(name === "" ? {} : { name }),
    ...groupOf(kind.group),
    ...(kind.kind === "" ? {} : { kind: kind.kind }),
    ...(causes.length === 0 ? {} : { causes }),
  });
}

/** So many characters of faults are told, and the first in any case: some show a whole list for each of its items. */
const MAX_TOLD = 1 << 20;

/** Faults as causes of a Status. */
function causesOf(errors: readonly FieldError[]): StatusCause[] {
  const causes: StatusCause[] = [];
  let length = 0;
  for (const error of errors) {
    const message = fieldErrorBody(error);
    length += error.field.length + message.length;
    if (length > MAX_TOLD && causes.length > 0) break;
    causes.push({ reason: causeReasons[error.type], message, ...(error.field === "" ? {} : { field: error.field }) });
  }
  return causes;
}

/** 422 for a patch that cannot be applied; why is not told. */
export function unprocessable(): StatusError {
  return statusError(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

/** 400: the request makes no sense. */
export function badRequest(message: string): StatusError {
  return statusError(400, "BadRequest", message);
}

/** 401. */
export function unauthorized(message = "Unauthorized"): StatusError {
  return statusError(401, "Unauthorized", message);
}

/** 403: refused by authorization, admission or a rule; `text` says why. An empty resource and name are left out. */
export function forbidden(resource: ResourceRef, name: string, text: string): StatusError {
  const subject =
    resource.plural === "" && resource.group === ""
      ? "forbidden"
      : `${name === "" ? qualified(resource.plural, resource.group) : named(resource, name)} is forbidden`;
  return statusError(403, "Forbidden", `${subject}: ${text}`, resourceDetails(resource, name));
}

/** 405: the resource has no such verb; `action` is the verb, such as "delete". `text` says why, where that is known. */
export function methodNotSupported(resource: ResourceRef, action: string, text?: string): StatusError {
  const message = text ?? `${action} is not supported on resources of kind ${quoteText(qualified(resource.plural, resource.group))}`;
  return statusError(405, "MethodNotAllowed", message, { ...groupOf(resource.group), kind: resource.plural });
}

/** 405: the path has no such method. */
export function methodNotAllowed(): StatusError {
  return statusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

/** 406: none of the media types that the client accepts can be sent. */
export function notAcceptable(mediaTypes: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${mediaTypes.join(", ")}`;
  return statusError(406, "NotAcceptable", message);
}

/** 406: the client accepts a form that the answer has not. */
export function notInForm(text: string): StatusError {
  return statusError(406, "NotAcceptable", text);
}

/** 415: the body is of a media type that is not read here. */
export function unsupportedMediaType(mediaTypes: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${mediaTypes.join(", ")}`;
  return statusError(415, "UnsupportedMediaType", message);
}

/** 413: the body or what it makes is over a limit. */
export function requestEntityTooLarge(text: string): StatusError {
  return statusError(413, "RequestEntityTooLarge", `Request entity too large: ${text}`);
}

/** 429: try later, after so many seconds. */
export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return statusError(429, "TooManyRequests", message, retryDetails(retryAfterSeconds));
}

/** 504: the request ran out of time. */
export function timeout(text: string, retryAfterSeconds = 0): StatusError {
  return statusError(504, "Timeout", `Timeout: ${text}`, retryDetails(retryAfterSeconds));
}

/** 504: the server has not seen so new a resourceVersion yet. */
export function tooLargeResourceVersion(asked: bigint | number, current: bigint | number, retryAfterSeconds = 1): StatusError {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return statusError(504, "Timeout", message, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    ...retryDetails(retryAfterSeconds),
  });
}

/** 503. */
export function serviceUnavailable(message: string, retryAfterSeconds = 0): StatusError {
  return statusError(503, "ServiceUnavailable", message, retryAfterSeconds === 0 ? undefined : retryDetails(retryAfterSeconds));
}

/** 410: what was asked for is gone for good. */
export function gone(message: string): StatusError {
  return statusError(410, "Gone", message);
}

/** 410: the resourceVersion is older than the history that is kept; list again. */
export function expired(message: string): StatusError {
  return statusError(410, "Expired", message);
}

/** 500: something failed that is not the client's fault. */
export function internalError(text: string): StatusError {
  return statusError(500, "InternalError", `Internal error occurred: ${text}`, { causes: [{ message: text }] });
}

/** 500 without a reason: how the original answers with an error that it has no Status for. */
export function plainError(message: string): StatusError {
  return statusError(500, undefined, message);
}

/** 501: listed in discovery, but this server does not do it. */
export function notImplemented(message: string): StatusError {
  return statusError(501, "NotImplemented", message);
}

/** `pods "x"`, `deployments.apps "x"`. */
function named(resource: ResourceRef, name: string): string {
  return `${qualified(resource.plural, resource.group)} ${quoteText(name)}`;
}

function resourceDetails(resource: ResourceRef, name: string): StatusDetails {
  return {
    ...(name === "" ? {} : { name }),
    ...groupOf(resource.group),
    ...(resource.plural === "" ? {} : { kind: resource.plural }),
  };
}

function groupOf(group: string): { readonly group?: string } {
  return group === "" ? {} : { group };
}

function retryDetails(seconds: number): StatusDetails {
  return seconds === 0 ? {} : { retryAfterSeconds: seconds };
}
