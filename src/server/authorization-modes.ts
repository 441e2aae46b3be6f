import { readFileSync } from "node:fs";
import { AbacError, abacMode, readAbacPolicies } from "../authorization/abac.ts";
import { alwaysAllow, alwaysDeny } from "../authorization/always.ts";
import { authorizationChain, type Authorization, type AuthorizationMode } from "../authorization/authorizer.ts";
import { ConfigurationError } from "../codec/configuration-file.ts";
import { readAuthorizationConfiguration, type AuthorizerConfiguration, type WebhookConfiguration } from "../authorization/configuration.ts";
import { nodeMode } from "../authorization/node/node.ts";
import { compileRule, policyRule, type CompiledRule } from "../authorization/rbac/policy-rule.ts";
import { rbacMode } from "../authorization/rbac/rbac.ts";
import { webhookMode } from "../authorization/webhook/webhook.ts";
import type { AuthorizationWebhook, Config } from "../config/config.ts";
import { errorText } from "../object/error-text.ts";
import { objectsIn } from "../object/read.ts";
import { StartupError } from "../object/startup-error.ts";
import { KubeconfigError } from "../webhook/credentials.ts";
import { readKubeconfig } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import type { BootstrapRoles } from "./bootstrap-rbac.ts";
import type { AuthorizationParts } from "./control-plane.ts";
import { reloadedFile, type ReloadLog } from "./reloaded-file.ts";

/** How long the webhook's answer is waited for: what the original's flags mean. */
const WEBHOOK_TIMEOUT_MS = 30_000;

/** Makes the modes when what they look up is there. */
type MakeModes = (parts: AuthorizationParts) => AuthorizationMode[];

/** The authorizers of a server, put together from its flags. */
interface PreparedAuthorization extends Disposable {
  readonly makeModes: MakeModes;
}

/** Authorizers that were read and checked. */
interface ReadAuthorizers {
  readonly configured: readonly AuthorizerConfiguration[];
  readonly makeModes: MakeModes;
  /** Their webhooks. */
  readonly clients: readonly WebhookClient[];
}

/**
 * Reads what a Config says of authorization: modes by name, or the file that configures each, which is followed. Errors:
 * StartupError for a file that is absent or wrong.
 */
export async function prepareAuthorization(config: Config, bootstrap: BootstrapRoles, log: ReloadLog): Promise<PreparedAuthorization> {
  const { authorizationConfig: path, authorizationModes, authorizationWebhook: hook } = config;
  if (path === "") {
    const configured = authorizationModes.map((type) => legacyAuthorizer(type, hook));
    const { makeModes, clients } = await readAuthorizers(configured, config, bootstrap, "authorization-webhook-config-file");
    return { makeModes, [Symbol.dispose]: () => clients.forEach((client) => client.close()) };
  }
  const flag = "authorization-config";
  const file = await reloadedFile<ReadAuthorizers>({
    flag,
    path,
    log,
    parse(text, before) {
      const configured = readAuthorizationConfiguration(text);
      if (before !== undefined) checkChange(before.configured, configured);
      return readAuthorizers(configured, config, bootstrap, flag);
    },
    changed: ({ clients }) => clients.forEach((client) => client.retire()),
  });
  return {
    makeModes: (parts) => [followedMode(() => file.current, parts)],
    [Symbol.dispose]() {
      file[Symbol.dispose]();
      for (const client of file.current.clients) client.close();
    },
  };
}

/** Whether the kubelets are held apart and whether RBAC counts is decided at the start, as in the original. */
function checkChange(before: readonly AuthorizerConfiguration[], after: readonly AuthorizerConfiguration[]): void {
  for (const type of ["Node", "RBAC"] as const) {
    const [was, is] = [before, after].map((all) => all.some((one) => one.type === type));
    if (was !== is)
      throw new ConfigurationError(`the authorizer of the type ${type} can be neither added nor taken away while the server runs`);
  }
}

/** All authorizers of a file, as it is when they are asked, as one. */
function followedMode(current: () => ReadAuthorizers, parts: AuthorizationParts): AuthorizationMode {
  let made = current();
  let chain = authorizationChain(made.makeModes(parts));
  const latest = (): Authorization => {
    const now = current();
    if (now !== made) {
      made = now;
      chain = authorizationChain(now.makeModes(parts));
    }
    return chain;
  };
  return {
    name: "AuthorizationConfiguration",
    authorize: (asked) => latest().authorize(asked),
    rulesFor: (user, namespace) => latest().rulesFor(user, namespace),
  };
}

async function readAuthorizers(
  configured: readonly AuthorizerConfiguration[],
  config: Config,
  bootstrap: BootstrapRoles,
  flag: string,
): Promise<ReadAuthorizers> {
  const clients: WebhookClient[] = [];
  const makers = await Promise.all(
    configured.map(async (one): Promise<(parts: AuthorizationParts) => AuthorizationMode> => {
      switch (one.type) {
        case "Webhook": {
          const { mode, client } = await webhookOf(one.webhook, flag);
          clients.push(client);
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
  return { configured, clients, makeModes: (parts) => makers.map((make) => make(parts)) };
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

async function webhookOf(
  webhook: WebhookConfiguration,
  flag: string,
): Promise<{ readonly mode: AuthorizationMode; readonly client: WebhookClient }> {
  const { kubeConfigFile, timeout, matchConditions, failurePolicy, ...rest } = webhook;
  try {
    const target = readKubeconfig(readConfigured(flag, kubeConfigFile), kubeConfigFile, (path) => readConfigured(flag, path));
    const client = new WebhookClient(target, { timeoutMs: timeout, random: Math.random });
    const matches = matchConditions.length === 0 ? undefined : await compiled(matchConditions, flag);
    const mode = webhookMode({
      ...rest,
      post: (review) => client.post(review),
      onError: failurePolicy === "Deny" ? "deny" : "noOpinion",
      clock: Date.now,
      ...(matches === undefined ? {} : { matches }),
    });
    return { mode, client };
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
    throw new StartupError(`--${flag}: ${path} cannot be read: ${errorText(error)}`, "name a file that exists", error);
  }
}
