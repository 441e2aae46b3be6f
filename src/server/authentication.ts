import type { X509Certificate } from "node:crypto";
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
import { readTokenFile, tokenFileAuthenticator } from "../authentication/token-file.ts";
import type { Config } from "../config/config.ts";
import type { TokenIssuer } from "../registry/actions/token-request.ts";
import { accountKeyFiles } from "./account-key-files.ts";
import { reloadedFile, type ReloadedFile, type ReloadLog } from "./reloaded-file.ts";

/** How a server finds out who asks, put together from its flags. */
export interface Authentication extends AsyncDisposable {
  readonly authenticate: Authenticator;
  /** Whose a token is. */
  readonly knowToken: (question: TokenQuestion) => Promise<TokenAccepted>;
  readonly apiAudiences: readonly string[];
  readonly issuer: TokenIssuer;
  readonly accountKeys: AccountKeySource;
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
 * Authenticators in the original's order: client certificates, then tokens: static, of service accounts. Errors:
 * StartupError for files that cannot be read.
 */
export async function prepareAuthentication({ config, ownClientCa, lookup, log, clock }: AuthenticationParts): Promise<Authentication> {
  const { serviceAccounts } = config.authentication;
  const files: ReloadedFile<unknown>[] = [];
  const file = async <T>(flag: string, path: string, parse: (text: string) => T): Promise<ReloadedFile<T>> => {
    const reloaded = await reloadedFile({ flag, path, parse, log });
    files.push(reloaded);
    return reloaded;
  };
  const { apiAudiences } = config.authentication;
  const own = certificatesIn(ownClientCa);
  const clientCa =
    config.clientCaFile === "" ? undefined : await file("client-ca-file", config.clientCaFile, (text) => [...own, ...authoritiesIn(text)]);
  const tokens: TokenAuthenticator[] = [];
  if (config.tokenAuthFile !== "") {
    const table = await file("token-auth-file", config.tokenAuthFile, readTokenFile);
    tokens.push(tokenFileAuthenticator(() => table.current, apiAudiences));
  }
  const { source: keys, settled } = await accountKeyFiles({ directory: config.certDir, ...serviceAccounts });
  const { issuers } = serviceAccounts;
  tokens.push(accountTokenAuthenticator({ keys, issuers, apiAudiences, lookup, checkObjects: serviceAccounts.lookup, clock }));
  const knowToken = firstToken(tokens);
  return {
    authenticate: firstOf([certificateAuthenticator(() => clientCa?.current ?? own, clock), bearerAuthenticator(knowToken)]),
    knowToken,
    apiAudiences,
    accountKeys: keys,
    issuer: {
      keys,
      issuer: issuers[0] as string,
      apiAudiences,
      maxSeconds: serviceAccounts.maxTokenSeconds,
      extend: serviceAccounts.extendTokens,
      lookup,
    },
    async [Symbol.asyncDispose]() {
      for (const one of files) one[Symbol.dispose]();
      await settled();
    },
  };
}

/** Errors: Error where there is no certificate. */
function authoritiesIn(pem: string): X509Certificate[] {
  const found = certificatesIn(pem);
  if (found.length === 0) throw new Error("it has no certificate in PEM");
  return found;
}
