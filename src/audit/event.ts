import type { AuditStage } from "../request/audit-stage.ts";
import type { UserInfo } from "../request/context.ts";
import { memo } from "../object/memo.ts";
import { jsonString } from "./json-text.ts";
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

/** What all events of one request say. */
export interface AuditedFacts {
  readonly level: Exclude<AuditLevel, "None">;
  readonly auditId: string;
  readonly requestUri: string;
  readonly verb: string;
  /** Undefined where authentication found nobody. */
  readonly user: UserInfo | undefined;
  readonly sourceIps: readonly string[];
  readonly userAgent: string;
  /** A MicroTime. */
  readonly receivedAt: string;
}

/** One audit.k8s.io/v1 Event. What is JSON already stays text: nobody reads it again before it is written. */
export interface AuditEvent {
  readonly facts: AuditedFacts;
  /** The JSON of the facts, in the pieces between which an event has others. */
  readonly factsJson: FactsJson;
  readonly stage: AuditStage;
  readonly impersonatedUser: UserInfo | undefined;
  /** The mode of constrained impersonation that allowed it (KEP-5284); "" for none. */
  readonly impersonationConstraint: string;
  /** JSON of what the request is about; "" for none. */
  readonly object: string;
  readonly namespace: string;
  readonly status: ResponseStatus | undefined;
  /** JSON text; "" for none. */
  readonly requestObject: string;
  readonly responseObject: string;
  readonly stageAt: string;
  /** Sorted by key. */
  readonly annotations: readonly (readonly [string, string])[];
}

/** The JSON of the facts, by what comes after each piece. */
export interface FactsJson {
  readonly beforeStage: string;
  readonly beforeImpersonation: string;
  readonly beforeObject: string;
}

/** What a line of the log begins with; the items of a list say it once, in the list. */
export const EVENT_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",';

/** Users and senders whose JSON is kept: a client asks many times from one place. */
const KEPT = 256;

/** Makes a writer of the JSON that all events of a request share. */
export function factsWriter(): (facts: AuditedFacts) => FactsJson {
  const userOf = memo(KEPT, userJson);
  const agentOf = memo(KEPT, jsonString);
  return ({ level, auditId, requestUri, verb, user, sourceIps, userAgent }) => {
    let beforeObject = sourceIps.length === 0 ? "" : `,"sourceIPs":["${sourceIps.join('","')}"]`;
    if (userAgent !== "") beforeObject += `,"userAgent":${agentOf(userAgent)}`;
    return {
      beforeStage: `"level":"${level}","auditID":${jsonString(auditId)},"stage":"`,
      beforeImpersonation: `","requestURI":${jsonString(requestUri)},"verb":"${verb}","user":${user === undefined ? "{}" : userOf(user)}`,
      beforeObject,
    };
  };
}

/** The members of an event after its kind and version, and the closing brace, in the original's order. */
export function eventMembers(event: AuditEvent): string {
  const { facts, factsJson: shared, impersonatedUser, object, status, annotations } = event;
  let json = shared.beforeStage + event.stage + shared.beforeImpersonation;
  if (impersonatedUser !== undefined) json += `,"impersonatedUser":${userJson(impersonatedUser)}`;
  if (event.impersonationConstraint !== "")
    json += `,"authenticationMetadata":{"impersonationConstraint":${jsonString(event.impersonationConstraint)}}`;
  json += shared.beforeObject;
  if (object !== "") json += `,"objectRef":${object}`;
  if (status !== undefined) json += `,"responseStatus":${status.json}`;
  if (event.requestObject !== "") json += `,"requestObject":${event.requestObject}`;
  if (event.responseObject !== "") json += `,"responseObject":${event.responseObject}`;
  json += `,"requestReceivedTimestamp":"${facts.receivedAt}","stageTimestamp":"${event.stageAt}"`;
  if (annotations.length === 0) return `${json}}`;
  let separator = ',"annotations":{';
  for (const [key, value] of annotations) {
    json += `${separator}${jsonString(key)}:${jsonString(value)}`;
    separator = ",";
  }
  return `${json}}}`;
}

function userJson({ name, uid = "", groups, extra }: UserInfo): string {
  let json = member("username", name) + member("uid", uid);
  if (groups.length > 0) json += `,"groups":${jsonStrings(groups)}`;
  if (extra !== undefined && extra.size > 0) {
    const values = [...extra].map(([key, texts]) => `${jsonString(key)}:${jsonStrings(texts)}`);
    json += `,"extra":{${values.join(",")}}`;
  }
  return `{${json.slice(1)}}`;
}

function jsonStrings(texts: readonly string[]): string {
  let json = "";
  for (const text of texts) json += json === "" ? jsonString(text) : `,${jsonString(text)}`;
  return `[${json}]`;
}

/** A reference as JSON. */
export function referenceJson(object: ObjectReference): string {
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
  return value === "" ? "" : `,"${name}":${jsonString(value)}`;
}
