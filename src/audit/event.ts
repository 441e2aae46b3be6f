import type { AuditStage } from "../request/audit-stage.ts";
import type { UserInfo } from "../request/context.ts";
import type { AuditLevel } from "./policy.ts";

/** What a request is about; empty texts are left out. */
export interface ObjectReference {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resourceVersion: string;
  readonly subresource: string;
}

/** The status of an answer: its JSON, and the code in it. */
export interface ResponseStatus {
  readonly code: number;
  readonly json: string;
}

/** One audit.k8s.io/v1 Event. What is JSON already stays text: nobody reads it again before it is written. */
export interface AuditEvent {
  readonly level: Exclude<AuditLevel, "None">;
  readonly auditId: string;
  readonly stage: AuditStage;
  readonly requestUri: string;
  readonly verb: string;
  /** Undefined where authentication found nobody. */
  readonly user: UserInfo | undefined;
  readonly impersonatedUser: UserInfo | undefined;
  /** The mode of constrained impersonation that allowed it (KEP-5284); "" for none. */
  readonly impersonationConstraint: string;
  readonly sourceIps: readonly string[];
  readonly userAgent: string;
  readonly object: ObjectReference | undefined;
  readonly status: ResponseStatus | undefined;
  /** JSON text; "" for none. */
  readonly requestObject: string;
  readonly responseObject: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly receivedAt: number;
  readonly stageAt: number;
  /** Sorted by key. */
  readonly annotations: readonly (readonly [string, string])[];
}

/** What a line of the log begins with; the items of a list say it once, in the list. */
export const EVENT_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",';

/** The members of an event after its kind and version, and the closing brace, in the original's order. */
export function eventMembers(event: AuditEvent): string {
  const { user, impersonatedUser, sourceIps, userAgent, object, status, annotations } = event;
  let json = `"level":"${event.level}","auditID":${JSON.stringify(event.auditId)},"stage":"${event.stage}","requestURI":${JSON.stringify(
    event.requestUri,
  )},"verb":${JSON.stringify(event.verb)},"user":${user === undefined ? "{}" : userJson(user)}`;
  if (impersonatedUser !== undefined) json += `,"impersonatedUser":${userJson(impersonatedUser)}`;
  if (event.impersonationConstraint !== "")
    json += `,"authenticationMetadata":{"impersonationConstraint":${JSON.stringify(event.impersonationConstraint)}}`;
  if (sourceIps.length > 0) json += `,"sourceIPs":${JSON.stringify(sourceIps)}`;
  if (userAgent !== "") json += `,"userAgent":${JSON.stringify(userAgent)}`;
  if (object !== undefined) json += `,"objectRef":${referenceJson(object)}`;
  if (status !== undefined) json += `,"responseStatus":${status.json}`;
  if (event.requestObject !== "") json += `,"requestObject":${event.requestObject}`;
  if (event.responseObject !== "") json += `,"responseObject":${event.responseObject}`;
  json += `,"requestReceivedTimestamp":"${microTime(event.receivedAt)}","stageTimestamp":"${microTime(event.stageAt)}"`;
  if (annotations.length === 0) return `${json}}`;
  let separator = ',"annotations":{';
  for (const [key, value] of annotations) {
    json += `${separator}${JSON.stringify(key)}:${JSON.stringify(value)}`;
    separator = ",";
  }
  return `${json}}}`;
}

function userJson({ name, uid, groups, extra }: UserInfo): string {
  return JSON.stringify({
    ...(name === "" ? {} : { username: name }),
    ...(uid === undefined || uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  });
}

function referenceJson(object: ObjectReference): string {
  let json = "";
  json += member("resource", object.resource);
  json += member("namespace", object.namespace);
  json += member("name", object.name);
  json += member("uid", object.uid);
  json += member("apiGroup", object.apiGroup);
  json += member("apiVersion", object.apiVersion);
  json += member("resourceVersion", object.resourceVersion);
  json += member("subresource", object.subresource);
  return `{${json.slice(1)}}`;
}

function member(name: string, value: string): string {
  return value === "" ? "" : `,"${name}":${JSON.stringify(value)}`;
}

/** A time with six digits behind the second (meta/v1 MicroTime). */
export function microTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.floor((milliseconds - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
}
