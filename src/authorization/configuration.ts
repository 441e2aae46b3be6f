import { decodeYaml } from "../codec/decode-text.ts";
import { parseDuration } from "../object/duration.ts";
import { fieldErrorsText } from "../object/field-error-message.ts";
import { duplicateField, forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../object/field-error.ts";
import { FieldPath } from "../object/field-path.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { dnsSubdomain } from "../object/names.ts";
import { asObject, isSet, objectIn, objectsIn, stringIn } from "../object/read.ts";
import type { ReviewVersion } from "./webhook/review.ts";

/** An AuthorizationConfiguration (apiserver.config.k8s.io/v1), read and checked: the chain of authorizers. */
export type AuthorizerConfiguration =
  | { readonly type: "Node" | "RBAC" | "ABAC" | "AlwaysAllow" | "AlwaysDeny"; readonly name: string }
  | { readonly type: "Webhook"; readonly name: string; readonly webhook: WebhookConfiguration };

/** How a webhook is asked. */
export interface WebhookConfiguration {
  readonly kubeConfigFile: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds; 0: nothing is remembered. */
  readonly authorizedTtl: number;
  readonly unauthorizedTtl: number;
  readonly version: ReviewVersion;
  readonly failurePolicy: "NoOpinion" | "Deny";
  /** Expressions that must all be true, or the webhook is not asked. */
  readonly matchConditions: readonly string[];
}

/** A file that is no AuthorizationConfiguration; the message says where and why. */
export class ConfigurationError extends Error {}

const KIND = "AuthorizationConfiguration";
const API_VERSIONS: readonly string[] = [
  "apiserver.config.k8s.io/v1",
  "apiserver.config.k8s.io/v1beta1",
  "apiserver.config.k8s.io/v1alpha1",
];
const TYPES = ["ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"] as const;
const LONGEST_TIMEOUT_MS = 30_000;
const MAX_CONDITIONS = 64;

/** The members that there are; any other is a fault, since what is misspelt here opens or closes doors. */
const MEMBERS = {
  file: ["apiVersion", "kind", "authorizers"],
  authorizer: ["type", "name", "webhook"],
  webhook: [
    "authorizedTTL",
    "cacheAuthorizedRequests",
    "unauthorizedTTL",
    "cacheUnauthorizedRequests",
    "timeout",
    "subjectAccessReviewVersion",
    "matchConditionSubjectAccessReviewVersion",
    "failurePolicy",
    "connectionInfo",
    "matchConditions",
  ],
  connectionInfo: ["type", "kubeConfigFile"],
  condition: ["expression"],
} as const;

/** Reads the file of --authorization-config. Errors: ConfigurationError with all faults. */
export function readAuthorizationConfiguration(text: string): AuthorizerConfiguration[] {
  const file = asObject(decodeYaml(text, (message) => new ConfigurationError(message)));
  if (stringIn(file, "kind") !== KIND || !API_VERSIONS.includes(stringIn(file, "apiVersion")))
    throw new ConfigurationError(`it is no ${KIND} of ${API_VERSIONS.slice(0, 2).join(" or ")}`);
  const faults: FieldError[] = [];
  checkMembers(file, MEMBERS.file, FieldPath.root, faults);
  const authorizers = objectsIn(file, "authorizers");
  const at = FieldPath.root.child("authorizers");
  if (authorizers.length === 0) faults.push(requiredField(at, "at least one authorization mode must be defined"));
  const seen = { types: new Set<string>(), names: new Set<string>() };
  const read = authorizers.map((one, i) => readAuthorizer(one, at.index(i), faults, seen));
  if (faults.length > 0) throw new ConfigurationError(fieldErrorsText(faults));
  return read;
}

function checkMembers(object: ReadonlyJsonObject, known: readonly string[], at: FieldPath, faults: FieldError[]): void {
  for (const name of Object.keys(object)) if (!known.includes(name)) faults.push(forbiddenField(at.child(name), "unknown field"));
}

function readAuthorizer(
  one: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  seen: { readonly types: Set<string>; readonly names: Set<string> },
): AuthorizerConfiguration {
  checkMembers(one, MEMBERS.authorizer, at, faults);
  const given = stringIn(one, "type");
  const type = TYPES.find((known) => known === given);
  if (given === "") faults.push(requiredField(at.child("type")));
  else if (type === undefined) faults.push(notSupportedField(at.child("type"), given, TYPES));
  // Only webhooks may be several.
  if (type !== undefined && type !== "Webhook" && seen.types.has(type)) faults.push(duplicateField(at.child("type"), type));
  seen.types.add(given);
  const name = stringIn(one, "name");
  if (name === "") faults.push(requiredField(at.child("name")));
  else if (seen.names.has(name)) faults.push(duplicateField(at.child("name"), name));
  else
    for (const message of dnsSubdomain(name)) faults.push(invalidField(at.child("name"), name, `authorizer name is invalid: ${message}`));
  seen.names.add(name);
  if (type !== "Webhook") {
    if (isSet(one, "webhook")) faults.push(invalidField(at.child("webhook"), "non-null", "may only be specified when type=Webhook"));
    return { type: type ?? "AlwaysDeny", name };
  }
  if (!isSet(one, "webhook")) faults.push(requiredField(at.child("webhook"), "required when type=Webhook"));
  return { type, name, webhook: readWebhook(objectIn(one, "webhook"), at.child("webhook"), faults) };
}

function readWebhook(webhook: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): WebhookConfiguration {
  checkMembers(webhook, MEMBERS.webhook, at, faults);
  const choice = <T extends string>(name: string, values: readonly T[], required = true): T | undefined => {
    const given = stringIn(webhook, name);
    const found = values.find((value) => value === given);
    if (given === "" && required) faults.push(requiredField(at.child(name)));
    else if (given !== "" && found === undefined) faults.push(notSupportedField(at.child(name), given, values));
    return found;
  };
  const timeout = milliseconds(webhook, "timeout", 0, at, faults);
  if (timeout === 0) faults.push(requiredField(at.child("timeout")));
  else if (timeout > LONGEST_TIMEOUT_MS) faults.push(invalidField(at.child("timeout"), stringIn(webhook, "timeout"), "must be <= 30s"));
  const conditions = objectsIn(webhook, "matchConditions");
  conditions.forEach((condition, i) => {
    const place = at.child("matchConditions").index(i);
    checkMembers(condition, MEMBERS.condition, place, faults);
    if (stringIn(condition, "expression") === "") faults.push(requiredField(place.child("expression")));
  });
  if (conditions.length > MAX_CONDITIONS)
    faults.push(invalidField(at.child("matchConditions"), conditions.length, `must have at most ${MAX_CONDITIONS} items`));
  choice("matchConditionSubjectAccessReviewVersion", ["v1"], conditions.length > 0);
  return {
    kubeConfigFile: readConnection(objectIn(webhook, "connectionInfo"), at.child("connectionInfo"), faults),
    timeout,
    authorizedTtl: remembered(webhook, "cacheAuthorizedRequests", "authorizedTTL", 300_000, at, faults),
    unauthorizedTtl: remembered(webhook, "cacheUnauthorizedRequests", "unauthorizedTTL", 30_000, at, faults),
    version: choice("subjectAccessReviewVersion", ["v1", "v1beta1"]) ?? "v1",
    failurePolicy: choice("failurePolicy", ["NoOpinion", "Deny"]) ?? "Deny",
    matchConditions: conditions.map((condition) => stringIn(condition, "expression")),
  };
}

function readConnection(info: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): string {
  checkMembers(info, MEMBERS.connectionInfo, at, faults);
  const type = stringIn(info, "type");
  const file = stringIn(info, "kubeConfigFile");
  if (type === "") faults.push(requiredField(at.child("type")));
  else if (type !== "KubeConfigFile") faults.push(notSupportedField(at.child("type"), type, ["KubeConfigFile"]));
  else if (file === "") faults.push(requiredField(at.child("kubeConfigFile")));
  return file;
}

function remembered(
  webhook: ReadonlyJsonObject,
  cache: string,
  ttl: string,
  byDefault: number,
  at: FieldPath,
  faults: FieldError[],
): number {
  const time = milliseconds(webhook, ttl, byDefault, at, faults);
  return webhook[cache] === false ? 0 : time;
}

function milliseconds(webhook: ReadonlyJsonObject, name: string, byDefault: number, at: FieldPath, faults: FieldError[]): number {
  const text = stringIn(webhook, name);
  if (text === "") return byDefault;
  try {
    const time = Number(parseDuration(text) / 1_000_000n);
    if (time > 0) return time;
    faults.push(invalidField(at.child(name), text, "must be > 0s"));
  } catch (error) {
    faults.push(invalidField(at.child(name), text, error instanceof Error ? error.message : "it is no duration"));
  }
  return byDefault;
}
