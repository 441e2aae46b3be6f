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
import { accountTokenAuthenticator, type AccountTokenOptions, type ObjectLookup } from "../authentication/service-account/account-token.ts";
import type { AccountKeySource } from "../authentication/service-account/keys.ts";
import { bootstrapTokenAuthenticator } from "../authentication/bootstrap-token.ts";
import { passwordAuthenticator, readPasswordFile } from "../authentication/password-file.ts";
import { requestHeaderAuthenticator } from "../authentication/request-header.ts";
import { anyIssuer, authenticationConfigurationReader, flagIssuer } from "./oidc.ts";
import { readTokenFile, tokenFileAuthenticator } from "../authentication/token-file.ts";
import type { TokenWebhookConfig } from "../config/authentication.ts";
import type { Config } from "../config/config.ts";
import type { TokenIssuer } from "../registry/actions/token-request.ts";
import { webhookTokenAuthenticator } from "../authentication/webhook-token.ts";
import { readKubeconfig } from "../webhook/kubeconfig.ts";
import { WebhookClient } from "../webhook/webhook-client.ts";
import { accountKeyFiles } from "./account-key-files.ts";
import { reloadedFile, type OpenFile, type ReloadedFile, type ReloadLog } from "./reloaded-file.ts";

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
  /** PEM of the authorities in force, of client certificates and of the front proxy's. */
  readonly authorities: { readonly client: string; readonly proxy: string };
  /** Calls `changed` whenever other authorities have come into force; one caller at a time. */
  onAuthorities(changed: () => void): void;
}

interface AuthenticationParts {
  readonly config: Config;
  /** PEM of the server's own authority for client certificates. */
  readonly ownClientCa: string;
  /** Looks objects up, once the server has any. */
  readonly lookup: ObjectLookup;
  readonly labelSecret: AccountTokenOptions["labelSecret"];
  readonly log: ReloadLog;
  readonly clock: () => number;
}

/**
 * Authenticators in the original's order: front proxy, client certificates, passwords, then tokens: static, of service
 * accounts, bootstrap, ID tokens, and those that a webhook knows. Errors: StartupError for files that cannot be read.
 */
export async function prepareAuthentication(parts: AuthenticationParts): Promise<Authentication> {
  const { config, ownClientCa, lookup, labelSecret, log, clock } = parts;
  const { serviceAccounts, apiAudiences, requestHeader, basicAuthFile, bootstrapTokens, oidc, tokenWebhook, configFile } =
    config.authentication;
  const files: Disposable[] = [];
  const file: OpenFile = async (flag, path, parse, changed) => {
    const reloaded = await reloadedFile({ flag, path, parse, log, ...(changed === undefined ? {} : { changed }) });
    files.push(reloaded);
    return reloaded;
  };
  let authoritiesChanged = (): void => {};
  const authorities = (flag: string, path: string): Promise<ReloadedFile<X509Certificate[]>> =>
    file(flag, path, authoritiesIn, () => authoritiesChanged());
  const requests: Authenticator[] = [];
  let proxyCa = (): readonly X509Certificate[] => [];
  if (requestHeader !== undefined) {
    const found = await authorities("requestheader-client-ca-file", requestHeader.clientCaFile);
    proxyCa = () => found.current;
    requests.push(requestHeaderAuthenticator({ ...requestHeader, authorities: proxyCa, clock }));
  }
  const own = certificatesIn(ownClientCa);
  const otherCa = config.clientCaFile === "" ? undefined : await authorities("client-ca-file", config.clientCaFile);
  const clientCa = otherCa === undefined ? () => own : joined(own, () => otherCa.current);
  requests.push(certificateAuthenticator(clientCa, clock));
  if (basicAuthFile !== "") {
    const table = await file("basic-auth-file", basicAuthFile, readPasswordFile);
    requests.push(passwordAuthenticator({ table: () => table.current, clock }));
  }

  const tokens: TokenAuthenticator[] = [];
  if (config.tokenAuthFile !== "") {
    const table = await file("token-auth-file", config.tokenAuthFile, readTokenFile);
    tokens.push(tokenFileAuthenticator(() => table.current, apiAudiences));
  }
  const keys = await accountKeyFiles({ directory: config.certDir, ...serviceAccounts, file });
  const { issuers } = serviceAccounts;
  tokens.push(
    accountTokenAuthenticator({
      keys: keys.source,
      issuers,
      apiAudiences,
      lookup,
      checkObjects: serviceAccounts.lookup,
      labelSecret,
      clock,
    }),
  );
  if (bootstrapTokens) tokens.push(bootstrapTokenAuthenticator(lookup, apiAudiences, clock));
  const surroundings = { apiAudiences, clock, log };
  if (oidc !== undefined) tokens.push(await flagIssuer(oidc, surroundings, file));
  const configuration =
    configFile === ""
      ? undefined
      : await file("authentication-config", configFile, authenticationConfigurationReader(surroundings, issuers));
  if (configuration !== undefined) tokens.push(anyIssuer(() => configuration.current.issuers));
  const webhook = tokenWebhook.configFile === "" ? undefined : await tokenWebhookFile(tokenWebhook, { apiAudiences, clock }, file);
  if (webhook !== undefined) tokens.push((question) => webhook.current.authenticate(question));
  const knowToken = firstToken(tokens);
  requests.push(bearerAuthenticator(knowToken));
  return {
    authenticate: firstOf(requests),
    anonymous: (path) => configuration?.current.anonymous?.(path) ?? config.anonymousAuth,
    knowToken,
    apiAudiences,
    accountKeys: keys.source,
    get authorities() {
      return { client: clientCa().map(String).join(""), proxy: proxyCa().map(String).join("") };
    },
    onAuthorities: (changed) => void (authoritiesChanged = changed),
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
      webhook?.current.client.close();
      await keys.settled();
    },
  };
}

/** One list of what never changes and what may; the same one as long as the latter does not. */
function joined<T>(fixed: readonly T[], changing: () => readonly T[]): () => readonly T[] {
  let seen = changing();
  let all = [...fixed, ...seen];
  return () => {
    const current = changing();
    if (current !== seen) all = [...fixed, ...(seen = current)];
    return all;
  };
}

/** How long the webhook's answer is waited for. */
const WEBHOOK_TIMEOUT_MS = 30_000;

/** The webhook of the kubeconfig as it is now. Errors: StartupError where the kubeconfig cannot be read. */
function tokenWebhookFile(
  { configFile, version, cacheTtl: ttl }: TokenWebhookConfig,
  { apiAudiences, clock }: { readonly apiAudiences: readonly string[]; readonly clock: () => number },
  file: OpenFile,
): Promise<ReloadedFile<{ readonly client: WebhookClient; readonly authenticate: TokenAuthenticator }>> {
  return file(
    "authentication-token-webhook-config-file",
    configFile,
    (text) => {
      const target = readKubeconfig(text, configFile, (path) => readFileSync(path, "utf8"));
      const client = new WebhookClient(target, { timeoutMs: WEBHOOK_TIMEOUT_MS, random: Math.random });
      return {
        client,
        authenticate: webhookTokenAuthenticator({ post: (review) => client.post(review), version, ttl, apiAudiences, clock }),
      };
    },
    ({ client }) => client.retire(),
  );
}

/** Errors: Error where there is no certificate. */
function authoritiesIn(pem: string): X509Certificate[] {
  const found = certificatesIn(pem);
  if (found.length === 0) throw new Error("it has no certificate in PEM");
  return found;
}
