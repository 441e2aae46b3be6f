import { readConfigurationFile, serverConfiguration, type ConfigurationReader } from "../codec/configuration-file.ts";
import { parseDuration } from "../object/duration.ts";
import { duplicateField, invalidField, notSupportedField, requiredField } from "../object/field-error.ts";
import { dnsSubdomain } from "../object/names.ts";
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

const FILE = serverConfiguration("AuthorizationConfiguration");
const TYPES = ["ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"] as const;
const LONGEST_TIMEOUT_MS = 30_000;
const MAX_CONDITIONS = 64;

/** Reads the file of --authorization-config. Errors: ConfigurationError with all faults. */
export function readAuthorizationConfiguration(text: string): AuthorizerConfiguration[] {
  return readConfigurationFile(text, FILE, (file) => {
    const authorizers = file.objects("authorizers");
    if (authorizers.length === 0)
      file.refuse(requiredField(file.path.child("authorizers"), "at least one authorization mode must be defined"));
    const seen = { types: new Set<string>(), names: new Set<string>() };
    return authorizers.map((one) => readAuthorizer(one, seen));
  });
}

function readAuthorizer(
  one: ConfigurationReader,
  seen: { readonly types: Set<string>; readonly names: Set<string> },
): AuthorizerConfiguration {
  const given = one.text("type");
  const type = TYPES.find((known) => known === given);
  const at = one.path.child("type");
  if (given === "") one.refuse(requiredField(at));
  else if (type === undefined) one.refuse(notSupportedField(at, given, TYPES));
  // Only webhooks may be several.
  if (type !== undefined && type !== "Webhook" && seen.types.has(type)) one.refuse(duplicateField(at, type));
  seen.types.add(given);
  const name = one.text("name");
  const nameAt = one.path.child("name");
  if (name === "") one.refuse(requiredField(nameAt));
  else if (seen.names.has(name)) one.refuse(duplicateField(nameAt, name));
  else for (const message of dnsSubdomain(name)) one.refuse(invalidField(nameAt, name, `authorizer name is invalid: ${message}`));
  seen.names.add(name);
  const webhookAt = one.path.child("webhook");
  if (type !== "Webhook") {
    if (one.has("webhook")) one.refuse(invalidField(webhookAt, "non-null", "may only be specified when type=Webhook"));
    return { type: type ?? "AlwaysDeny", name };
  }
  if (!one.has("webhook")) one.refuse(requiredField(webhookAt, "required when type=Webhook"));
  return { type, name, webhook: readWebhook(one.object("webhook")) };
}

function readWebhook(webhook: ConfigurationReader): WebhookConfiguration {
  const choice = <T extends string>(name: string, values: readonly T[], required = true): T | undefined => {
    const given = webhook.text(name);
    const found = values.find((value) => value === given);
    if (given === "" && required) webhook.refuse(requiredField(webhook.path.child(name)));
    else if (given !== "" && found === undefined) webhook.refuse(notSupportedField(webhook.path.child(name), given, values));
    return found;
  };
  const timeout = milliseconds(webhook, "timeout", 0);
  const timeoutAt = webhook.path.child("timeout");
  if (timeout === 0) webhook.refuse(requiredField(timeoutAt));
  else if (timeout > LONGEST_TIMEOUT_MS) webhook.refuse(invalidField(timeoutAt, webhook.text("timeout"), "must be <= 30s"));
  const conditions = webhook.objects("matchConditions").map((condition) => {
    const expression = condition.text("expression");
    if (expression === "") condition.refuse(requiredField(condition.path.child("expression")));
    return expression;
  });
  if (conditions.length > MAX_CONDITIONS) {
    const at = webhook.path.child("matchConditions");
    webhook.refuse(invalidField(at, conditions.length, `must have at most ${MAX_CONDITIONS} items`));
  }
  choice("matchConditionSubjectAccessReviewVersion", ["v1"], conditions.length > 0);
  return {
    kubeConfigFile: readConnection(webhook.object("connectionInfo")),
    timeout,
    authorizedTtl: remembered(webhook, "cacheAuthorizedRequests", "authorizedTTL", 300_000),
    unauthorizedTtl: remembered(webhook, "cacheUnauthorizedRequests", "unauthorizedTTL", 30_000),
    version: choice("subjectAccessReviewVersion", ["v1", "v1beta1"]) ?? "v1",
    failurePolicy: choice("failurePolicy", ["NoOpinion", "Deny"]) ?? "Deny",
    matchConditions: conditions,
  };
}

function readConnection(info: ConfigurationReader): string {
  const type = info.text("type");
  const file = info.text("kubeConfigFile");
  if (type === "") info.refuse(requiredField(info.path.child("type")));
  else if (type !== "KubeConfigFile") info.refuse(notSupportedField(info.path.child("type"), type, ["KubeConfigFile"]));
  else if (file === "") info.refuse(requiredField(info.path.child("kubeConfigFile")));
  return file;
}

function remembered(webhook: ConfigurationReader, cache: string, ttl: string, byDefault: number): number {
  const time = milliseconds(webhook, ttl, byDefault);
  return webhook.flag(cache) === false ? 0 : time;
}

function milliseconds(webhook: ConfigurationReader, name: string, byDefault: number): number {
  const text = webhook.text(name);
  if (text === "") return byDefault;
  try {
    const time = Number(parseDuration(text) / 1_000_000n);
    if (time > 0) return time;
    webhook.refuse(invalidField(webhook.path.child(name), text, "must be > 0s"));
  } catch (error) {
    webhook.refuse(invalidField(webhook.path.child(name), text, error instanceof Error ? error.message : "it is no duration"));
  }
  return byDefault;
}
