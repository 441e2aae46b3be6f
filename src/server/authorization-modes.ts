import { readFileSync } from "node:fs";
import { AbacError, abacMode, readAbacPolicies } from "../authorization/abac.ts";
import { alwaysAllow, alwaysDeny } from "../authorization/always.ts";
import type { AuthorizationMode } from "../authorization/authorizer.ts";
import { nodeMode } from "../authorization/node/node.ts";
import { compileRule, policyRule, type CompiledRule } from "../authorization/rbac/policy-rule.ts";
import { rbacMode } from "../authorization/rbac/rbac.ts";
import { webhookMode } from "../authorization/webhook/webhook.ts";
import type { Config } from "../config/config.ts";
import { objectsIn } from "../object/read.ts";
import { StartupError } from "../object/startup-error.ts";
import { KubeconfigError, readKubeconfig } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import type { BootstrapRoles } from "./bootstrap-rbac.ts";
import type { AuthorizationParts } from "./control-plane.ts";

/** How long the webhook's answer is waited for: what the original's flags mean. */
const WEBHOOK_TIMEOUT_MS = 30_000;

/** The modes that a Config asks for, in its order. Errors: StartupError for a file that is absent or wrong. */
export function authorizationModes(config: Config, { roles, nodes }: AuthorizationParts, bootstrap: BootstrapRoles): AuthorizationMode[] {
  const makers: Readonly<Record<string, () => AuthorizationMode>> = {
    AlwaysAllow: () => alwaysAllow,
    AlwaysDeny: () => alwaysDeny,
    ABAC: () => abacOf(config.authorizationPolicyFile),
    Webhook: () => webhookOf(config),
    Node: () => nodeMode({ ...nodes, rules: nodeRules(bootstrap) }),
    RBAC: () => rbacMode(roles),
  };
  return config.authorizationModes.flatMap((name) => makers[name]?.() ?? []);
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

function webhookOf({ authorizationWebhook: { configFile, ...rest } }: Config): AuthorizationMode {
  const flag = "authorization-webhook-config-file";
  try {
    const target = readKubeconfig(readConfigured(flag, configFile), configFile, (path) => readConfigured(flag, path));
    const client = new WebhookClient(target, { timeoutMs: WEBHOOK_TIMEOUT_MS, random: Math.random });
    return webhookMode({ ...rest, post: (review) => client.post(review), onError: "noOpinion", clock: Date.now });
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new StartupError(`--${flag}: ${configFile}: ${error.message}`, "name a kubeconfig whose current context is the webhook");
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
