import type { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  bearerAuthenticator,
  firstToken,
  type TokenAccepted,
  type TokenAuthenticator,
  type TokenQuestion,
} from "../authentication/token-authenticator.ts";
import { firstOf, type Authenticator } from "../authentication/authenticator.ts";
import { certificateAuthenticator, certificatesIn } from "../authentication/client-certificate.ts";
import { accountTokenAuthenticator, type ObjectLookup } from "../authentication/service-account/account-token.ts";
import type { AccountKeySource } from "../authentication/service-account/keys.ts";
import { bootstrapTokenAuthenticator } from "../authentication/bootstrap-token.ts";
import type { OidcIssuer } from "../authentication/oidc/oidc-token.ts";
import { passwordAuthenticator, readPasswordFile } from "../authentication/password-file.ts";
import { requestHeaderAuthenticator } from "../authentication/request-header.ts";
import { authenticationConfigurationReader, flagIssuer, startIssuers } from "./oidc.ts";
import { readTokenFile, tokenFileAuthenticator } from "../authentication/token-file.ts";
import type { Config } from "../config/config.ts";
import type { TokenIssuer } from "../registry/actions/token-request.ts";
import { StartupError } from "../object/startup-error.ts";
import { errorText } from "../object/error-text.ts";
import { webhookTokenAuthenticator } from "../authentication/webhook-token.ts";
import { readKubeconfig } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import { accountKeyFiles } from "./account-key-files.ts";
import { reloadedFile, type ReloadedFile, type ReloadLog } from "./reloaded-file.ts";

/** How a server finds out who asks, put together from its flags. */
export interface Authentication extends AsyncDisposable {
  readonly authenticate: Authenticator;
  /** Whether a request without a credential, for this path, is one of system:anonymous. */
  readonly anonymous: (path: string) => boolean;
  /** Whose a token is. */
  readonly knowToken: (question: TokenQuestion) => Promise<TokenAccepted>;
  readonly apiAudiences: readonly string[];
  readonly issuer: TokenIssuer;
  readonly accountKeys: AccountKeySource;
  /** PEM of the front proxy's authorities at the start: clients only show certificates of authorities that are named. */
  readonly proxyCa: string;
}

export interface AuthenticationParts {
  readonly config: Config;
  /** PEM of the server's own authority for client certificates. */
  readonly ownClientCa: string;
  /** Looks objects up, once the server has any. */
  readonly lookup: ObjectLookup;
  readonly log: ReloadLog;
  readonly clock: () => number;
}

/**
 * Authenticators in the original's order: front proxy, client certificates, passwords, then tokens: static, of service
 * accounts, bootstrap, ID tokens, and those that a webhook knows. Errors: StartupError for files that cannot be read.
 */
export async function prepareAuthentication({ config, ownClientCa, lookup, log, clock }: AuthenticationParts): Promise<Authentication> {
  const { serviceAccounts, apiAudiences, requestHeader, basicAuthFile, bootstrapTokens, oidc, tokenWebhook, configFile } =
    config.authentication;
  const files: ReloadedFile<unknown>[] = [];
  const file = async <T>(flag: string, path: string, parse: (text: string) => T): Promise<ReloadedFile<T>> => {
    const reloaded = await reloadedFile({ flag, path, parse, log });
    files.push(reloaded);
    return reloaded;
  };
  const requests: Authenticator[] = [];
  let proxyCa = "";
  if (requestHeader !== undefined) {
    const authorities = await file("requestheader-client-ca-file", requestHeader.clientCaFile, authoritiesIn);
    proxyCa = authorities.current.map(String).join("");
    requests.push(requestHeaderAuthenticator({ ...requestHeader, authorities: () => authorities.current, clock }));
  }
  const own = certificatesIn(ownClientCa);
  const clientCa =
    config.clientCaFile === "" ? undefined : await file("client-ca-file", config.clientCaFile, (text) => [...own, ...authoritiesIn(text)]);
  requests.push(certificateAuthenticator(() => clientCa?.current ?? own, clock));
  if (basicAuthFile !== "") {
    const table = await file("basic-auth-file", basicAuthFile, readPasswordFile);
    requests.push(passwordAuthenticator({ table: () => table.current, clock }));
  }

  const tokens: TokenAuthenticator[] = [];
  if (config.tokenAuthFile !== "") {
    const table = await file("token-auth-file", config.tokenAuthFile, readTokenFile);
    tokens.push(tokenFileAuthenticator(() => table.current, apiAudiences));
  }
  const keys = await accountKeyFiles({ directory: config.certDir, ...serviceAccounts });
  const { issuers } = serviceAccounts;
  tokens.push(accountTokenAuthenticator({ keys: keys.source, issuers, apiAudiences, lookup, checkObjects: serviceAccounts.lookup, clock }));
  if (bootstrapTokens) tokens.push(bootstrapTokenAuthenticator(lookup, apiAudiences, clock));
  const surroundings = { apiAudiences, clock, log };
  if (oidc !== undefined) tokens.push(...startIssuers([await flagIssuer(oidc)], surroundings).map(({ authenticate }) => authenticate));
  const configuration =
    configFile === ""
      ? undefined
      : await file("authentication-config", configFile, authenticationConfigurationReader(surroundings, issuers));
  if (configuration !== undefined) tokens.push(anyOf(() => configuration.current.issuers));
  const webhook = tokenWebhook.configFile === "" ? undefined : webhookClient(tokenWebhook.configFile);
  if (webhook !== undefined) {
    const { version, cacheTtl: ttl } = tokenWebhook;
    tokens.push(webhookTokenAuthenticator({ post: (review) => webhook.post(review), version, ttl, apiAudiences, clock }));
  }
  const knowToken = firstToken(tokens);
  requests.push(bearerAuthenticator(knowToken));
  return {
    authenticate: firstOf(requests),
    anonymous: (path) => configuration?.current.anonymous?.(path) ?? config.anonymousAuth,
    knowToken,
    apiAudiences,
    accountKeys: keys.source,
    proxyCa,
    issuer: {
      keys: keys.source,
      issuer: issuers[0] as string,
      apiAudiences,
      maxSeconds: serviceAccounts.maxTokenSeconds,
      extend: serviceAccounts.extendTokens,
      lookup,
    },
    async [Symbol.asyncDispose]() {
      for (const one of files) one[Symbol.dispose]();
      webhook?.close();
      await keys.settled();
    },
  };
}

/** Whichever issuers there are when a token comes: the first that knows it. */
function anyOf(issuers: () => readonly OidcIssuer[]): TokenAuthenticator {
  return async (question) => {
    for (const { authenticate } of issuers()) {
      const accepted = await authenticate(question);
      if (accepted !== undefined) return accepted;
    }
    return undefined;
  };
}

/** How long the webhook's answer is waited for. */
const WEBHOOK_TIMEOUT_MS = 30_000;

/** Errors: StartupError where the kubeconfig cannot be read. */
function webhookClient(path: string): WebhookClient {
  const flag = "authentication-token-webhook-config-file";
  try {
    const read = (file: string): string => readFileSync(file, "utf8");
    return new WebhookClient(readKubeconfig(read(path), path, read), { timeoutMs: WEBHOOK_TIMEOUT_MS, random: Math.random });
  } catch (error) {
    const reason = errorText(error);
    throw new StartupError(`--${flag}: ${path}: ${reason}`, "name a kubeconfig whose current context is the webhook");
  }
}

/** Errors: Error where there is no certificate. */
function authoritiesIn(pem: string): X509Certificate[] {
  const found = certificatesIn(pem);
  if (found.length === 0) throw new Error("it has no certificate in PEM");
  return found;
}
