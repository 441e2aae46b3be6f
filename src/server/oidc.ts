import { X509Certificate } from "node:crypto";
import { groupsClaim, requiredClaim, usernameClaim } from "../authentication/oidc/claims.ts";
import { authenticationExpressions, type AuthenticationExpressions } from "../authentication/oidc/expressions.ts";
import { httpsFetcher, httpsTextFetcher } from "../authentication/oidc/fetch-json.ts";
import type { IssuerRules } from "../authentication/oidc/issuer-rules.ts";
import { oidcIssuer, type OidcIssuer } from "../authentication/oidc/oidc-token.ts";
import { readAuthenticationConfiguration } from "../authentication/oidc/read-configuration.ts";
import type { TokenAuthenticator } from "../authentication/token-authenticator.ts";
import type { OidcConfig } from "../config/authentication.ts";
import { errorText } from "../object/error-text.ts";
import type { OpenFile, ReloadLog } from "./reloaded-file.ts";

/** What all issuers are made with. */
interface OidcSurroundings {
  readonly apiAudiences: readonly string[];
  readonly clock: () => number;
  readonly log: ReloadLog;
}

/** Makes issuers and sets out to find them: who comes with a token later need not wait for that. */
function startIssuers(rules: readonly IssuerRules[], { apiAudiences, clock, log }: OidcSurroundings): OidcIssuer[] {
  return rules.map((one) => {
    const issuer = oidcIssuer({ rules: one, fetch: httpsFetcher(one.ca), fetchText: httpsTextFetcher(one.ca), apiAudiences, clock });
    issuer.discover().catch((error: unknown) => {
      const reason = errorText(error);
      log.warn({ issuer: one.issuer, reason }, "an issuer of ID tokens was not found; it will be looked for when a token of it comes");
    });
    return issuer;
  });
}

/** The issuer of the --oidc- flags, with its CA file as it is now. Errors: StartupError for that file. */
export async function flagIssuer(config: OidcConfig, surroundings: OidcSurroundings, file: OpenFile): Promise<TokenAuthenticator> {
  const start = (ca: string | undefined): OidcIssuer[] => startIssuers([flagRules(config, ca)], surroundings);
  if (config.caFile === "") {
    const issuers = start(undefined);
    return anyIssuer(() => issuers);
  }
  const issuers = await file("oidc-ca-file", config.caFile, (ca) => {
    if (!isAuthority(ca)) throw new Error("it has no certificate in PEM");
    return start(ca);
  });
  return anyIssuer(() => issuers.current);
}

function flagRules(config: OidcConfig, ca: string | undefined): IssuerRules {
  return {
    issuer: config.issuerUrl,
    discoveryUrl: "",
    ca,
    audiences: [config.clientId],
    algorithms: config.signingAlgorithms,
    checkClaims: [...config.requiredClaims].map(([claim, value]) => requiredClaim(claim, value)),
    username: usernameClaim(config.usernameClaim, config.usernamePrefix),
    groups: config.groupsClaim === "" ? () => [] : groupsClaim(config.groupsClaim, config.groupsPrefix),
    groupsClaim: config.groupsClaim,
    uid: () => "",
    extra: [],
    checkUser: [],
  };
}

/** Whichever issuers there are when a token comes: the first that knows it. */
export function anyIssuer(issuers: () => readonly OidcIssuer[]): TokenAuthenticator {
  return async (question) => {
    for (const { authenticate } of issuers()) {
      const accepted = await authenticate(question);
      if (accepted !== undefined) return accepted;
    }
    return undefined;
  };
}

/** What --authentication-config says, with its issuers started. */
interface LiveAuthenticationConfiguration {
  readonly issuers: readonly OidcIssuer[];
  /** Whether a request without credentials may be anonymous at a path; undefined where the file does not say. */
  readonly anonymous: ((path: string) => boolean) | undefined;
}

/** Reads the file's text. Errors of the result: Error naming the field that is wrong. */
export function authenticationConfigurationReader(
  surroundings: OidcSurroundings,
  ownIssuers: readonly string[],
): (text: string) => LiveAuthenticationConfiguration {
  let expressions: AuthenticationExpressions | undefined;
  return (text) => {
    const { issuers, anonymous } = readAuthenticationConfiguration(text, () => (expressions ??= authenticationExpressions()), ownIssuers);
    for (const [index, { ca }] of issuers.entries())
      if (ca !== undefined && !isAuthority(ca))
        throw new Error(`jwt[${index}].issuer.certificateAuthority: Invalid value: "<omitted>": it has no certificate in PEM`);
    const paths = new Set(anonymous?.paths);
    return {
      issuers: startIssuers(issuers, surroundings),
      anonymous: anonymous && ((path) => anonymous.enabled && (paths.size === 0 || paths.has(path))),
    };
  };
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey !== undefined;
  } catch {
    return false;
  }
}
