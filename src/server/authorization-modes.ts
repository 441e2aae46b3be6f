import { readFileSync } from "node:fs";
import { AbacError, abacMode, readAbacPolicies } from "../authorization/abac.ts";
import { alwaysAllow, alwaysDeny } from "../authorization/always.ts";
import type { AuthorizationMode } from "../authorization/authorizer.ts";
import {
  ConfigurationError,
  readAuthorizationConfiguration,
  type AuthorizerConfiguration,
  type WebhookConfiguration,
} from "../authorization/configuration.ts";
import { nodeMode } from "../authorization/node/node.ts";
import { compileRule, policyRule, type CompiledRule } from "../authorization/rbac/policy-rule.ts";
import { rbacMode } from "../authorization/rbac/rbac.ts";
import { webhookMode } from "../authorization/webhook/webhook.ts";
import type { AuthorizationWebhook, Config } from "../config/config.ts";
import { objectsIn } from "../object/read.ts";
import { StartupError } from "../object/startup-error.ts";
import { KubeconfigError, readKubeconfig } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import type { BootstrapRoles } from "./bootstrap-rbac.ts";
import type { AuthorizationParts } from "./control-plane.ts";

/** How long the webhook's answer is waited for: what the original's flags mean. */
const WEBHOOK_TIMEOUT_MS = 30_000;

/** Makes the modes when what they look up is there. */
export type MakeModes = (parts: AuthorizationParts) => AuthorizationMode[];

/**
 * Reads what a Config says of authorization: modes by name, or the file that configures each. Errors: StartupError for a
 * file that is absent or wrong.
 */
export async function prepareAuthorization(config: Config, bootstrap: BootstrapRoles): Promise<MakeModes> {
  const { authorizationConfig, authorizationModes, authorizationWebhook: hook } = config;
  const configured: AuthorizerConfiguration[] =
    authorizationConfig === ""
      ? authorizationModes.map((type) => legacyAuthorizer(type, hook))
      : readConfigurationFile(authorizationConfig);
  const flag = authorizationConfig === "" ? "authorization-webhook-config-file" : "authorization-config";
  const makers = await Promise.all(
    configured.map(async (one): Promise<(parts: AuthorizationParts) => AuthorizationMode> => {
      switch (one.type) {
        case "Webhook": {
          const mode = await webhookOf(one.webhook, flag);
          return () => mode;
        }
        case "ABAC": {
          const mode = abacOf(config.authorizationPolicyFile);
          return () => mode;
        }
        case "AlwaysAllow":
          return () => alwaysAllow;
        case "AlwaysDeny":
          return () => alwaysDeny;
        case "Node":
          return ({ nodes }) => nodeMode({ ...nodes, rules: nodeRules(bootstrap) });
        case "RBAC":
          return ({ roles }) => rbacMode(roles);
      }
    }),
  );
  return (parts) => makers.map((make) => make(parts));
}

/** A mode that is named on the command line, with what the flags say of it. */
function legacyAuthorizer(
  type: string,
  { configFile, version, authorizedTtl, unauthorizedTtl }: AuthorizationWebhook,
): AuthorizerConfiguration {
  if (type !== "Webhook") return { type: type as Exclude<AuthorizerConfiguration["type"], "Webhook">, name: type };
  const webhook: WebhookConfiguration = {
    kubeConfigFile: configFile,
    timeout: WEBHOOK_TIMEOUT_MS,
    authorizedTtl,
    unauthorizedTtl,
    version,
    failurePolicy: "NoOpinion",
    matchConditions: [],
  };
  return { type, name: type, webhook };
}

function readConfigurationFile(path: string): AuthorizerConfiguration[] {
  try {
    return readAuthorizationConfiguration(readConfigured("authorization-config", path));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new StartupError(`--authorization-config: ${path}: ${error.message}`, "correct the file");
  }
}

/** What every kubelet may do: the rules of the role system:node, whoever may have changed it. */
export function nodeRules({ clusterroles }: BootstrapRoles): CompiledRule[] {
  const role = clusterroles.find(({ metadata }) => metadata.name === "system:node");
  return objectsIn(role ?? {}, "rules").map((rule) => compileRule(policyRule(rule)));
}

function abacOf(path: string): AuthorizationMode {
  try {
    return abacMode(readAbacPolicies(readConfigured("authorization-policy-file", path)));
  } catch (error) {
    if (!(error instanceof AbacError)) throw error;
    throw new StartupError(`--authorization-policy-file: ${path}: ${error.message}`, "write one Policy a line, as JSON");
  }
}

async function webhookOf(webhook: WebhookConfiguration, flag: string): Promise<AuthorizationMode> {
  const { kubeConfigFile, timeout, matchConditions, failurePolicy, ...rest } = webhook;
  try {
    const target = readKubeconfig(readConfigured(flag, kubeConfigFile), kubeConfigFile, (path) => readConfigured(flag, path));
    const client = new WebhookClient(target, { timeoutMs: timeout, random: Math.random });
    const matches = matchConditions.length === 0 ? undefined : await compiled(matchConditions, flag);
    return webhookMode({
      ...rest,
      post: (review) => client.post(review),
      onError: failurePolicy === "Deny" ? "deny" : "noOpinion",
      clock: Date.now,
      ...(matches === undefined ? {} : { matches }),
    });
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new StartupError(`--${flag}: ${kubeConfigFile}: ${error.message}`, "name a kubeconfig whose current context is the webhook");
  }
}

async function compiled(expressions: readonly string[], flag: string) {
  // The expression language is loaded only by servers that use it.
  const { compileMatchConditions, MatchConditionError } = await import("../authorization/webhook/match-conditions.ts");
  try {
    return compileMatchConditions(expressions);
  } catch (error) {
    if (!(error instanceof MatchConditionError)) throw error;
    throw new StartupError(`--${flag}: matchConditions: ${error.message}`, "correct the expression", error);
  }
}

function readConfigured(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new StartupError(
      `--${flag}: ${path} cannot be read: ${error instanceof Error ? error.message : ""}`,
      "name a file that exists",
      error,
    );
  }
}
