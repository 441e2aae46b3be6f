import type { FlagValues } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** How users are told apart, besides client certificates and static tokens. */
export interface AuthenticationConfig {
  /** Audiences that tokens for this server name [--api-audiences]. */
  readonly apiAudiences: readonly string[];
  readonly serviceAccounts: ServiceAccountConfig;
  /** CSV file of users with hashed passwords; "" for none [--basic-auth-file]. */
  readonly basicAuthFile: string;
  /** [--enable-bootstrap-token-auth] */
  readonly bootstrapTokens: boolean;
  /** The proxy that names users in headers; undefined where there is none. */
  readonly requestHeader: RequestHeaderConfig | undefined;
  /** The issuer of the --oidc- flags; undefined where there is none. */
  readonly oidc: OidcConfig | undefined;
  /** The webhook that knows tokens [--authentication-token-webhook-…]. */
  readonly tokenWebhook: TokenWebhookConfig;
  /** AuthenticationConfiguration; "" for none [--authentication-config]. */
  readonly configFile: string;
}

export interface TokenWebhookConfig {
  /** kubeconfig; "" for no webhook. */
  readonly configFile: string;
  readonly version: "v1" | "v1beta1";
  /** Milliseconds that an answer is remembered. */
  readonly cacheTtl: number;
}

/** [--requestheader-…]; header names in any case. */
export interface RequestHeaderConfig {
  readonly clientCaFile: string;
  readonly allowedNames: readonly string[];
  readonly userHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
}

/** [--oidc-…] */
export interface OidcConfig {
  readonly issuerUrl: string;
  readonly clientId: string;
  /** "" for the system's authorities. */
  readonly caFile: string;
  readonly usernameClaim: string;
  /** What is put before user names, "" for nothing. */
  readonly usernamePrefix: string;
  /** "" for no groups. */
  readonly groupsClaim: string;
  readonly groupsPrefix: string;
  readonly requiredClaims: ReadonlyMap<string, string>;
  readonly signingAlgorithms: readonly string[];
}

interface ServiceAccountConfig {
  /** Issuers of service account tokens, the one that signs first [--service-account-issuer]. */
  readonly issuers: readonly string[];
  /** Private key, PEM; "" for one that is made at first start [--service-account-signing-key-file]. */
  readonly signingKeyFile: string;
  /** Further keys whose tokens are taken [--service-account-key-file]. */
  readonly keyFiles: readonly string[];
  /** Where the issuer's document says that its keys are; "" for this server [--service-account-jwks-uri]. */
  readonly keysUrl: string;
  /** Whether tokens die with what they are for [--service-account-lookup]. */
  readonly lookup: boolean;
  /** Seconds; 0 for no limit [--service-account-max-token-expiration]. */
  readonly maxTokenSeconds: number;
  /** [--service-account-extend-token-expiration] */
  readonly extendTokens: boolean;
}

/** Where no issuer is named: the address of the server inside a cluster. */
const DEFAULT_ISSUER = "https://kubernetes.default.svc";

/** Reads the flags of authentication. Errors: UsageError where they do not fit together. */
export function authenticationFrom(values: FlagValues): AuthenticationConfig {
  const issuers = values["service-account-issuer"].length === 0 ? [DEFAULT_ISSUER] : values["service-account-issuer"];
  for (const issuer of issuers) {
    if (issuer === "") throw new UsageError("--service-account-issuer should not be an empty string");
    if (issuer.includes(":") && !URL.canParse(issuer))
      throw new UsageError(`--service-account-issuer "${issuer}" contained a ':' but was not a valid URL`);
  }
  const maxTokenSeconds = values["service-account-max-token-expiration"] / 1000;
  if (maxTokenSeconds !== 0 && (maxTokenSeconds < 3600 || maxTokenSeconds > 2 ** 32))
    throw new UsageError("--service-account-max-token-expiration must be between 1h and 2^32 seconds");
  const keysUrl = values["service-account-jwks-uri"];
  if (keysUrl !== "" && !/^https:\/\/[^/]/.test(keysUrl)) throw new UsageError("--service-account-jwks-uri must be an https URL");
  return {
    apiAudiences: values["api-audiences"].length === 0 ? issuers : values["api-audiences"],
    serviceAccounts: {
      issuers,
      signingKeyFile: values["service-account-signing-key-file"],
      keyFiles: values["service-account-key-file"],
      keysUrl,
      lookup: values["service-account-lookup"],
      maxTokenSeconds,
      extendTokens: values["service-account-extend-token-expiration"],
    },
    basicAuthFile: values["basic-auth-file"],
    bootstrapTokens: values["enable-bootstrap-token-auth"],
    requestHeader: requestHeaderFrom(values),
    oidc: oidcFrom(values),
    tokenWebhook: {
      configFile: values["authentication-token-webhook-config-file"],
      version: values["authentication-token-webhook-version"] === "v1" ? "v1" : "v1beta1",
      cacheTtl: values["authentication-token-webhook-cache-ttl"],
    },
    configFile: values["authentication-config"],
  };
}

function requestHeaderFrom(values: FlagValues): RequestHeaderConfig | undefined {
  const clientCaFile = values["requestheader-client-ca-file"];
  const trimmed = (names: readonly string[]): readonly string[] => names.map((name) => name.trim());
  if (clientCaFile === "") return undefined;
  for (const flag of ["username-headers", "group-headers", "extra-headers-prefix", "uid-headers"] as const)
    if (values[`requestheader-${flag}`].some((name) => name.trim() === "")) throw new UsageError(`empty value in --requestheader-${flag}`);
  // Were the client CA trusted here too, every client could name itself whatever it likes.
  if (values["client-ca-file"] === clientCaFile && values["requestheader-allowed-names"].length === 0)
    throw new UsageError("--requestheader-client-ca-file and --client-ca-file are the same file: set --requestheader-allowed-names");
  return {
    clientCaFile,
    allowedNames: values["requestheader-allowed-names"],
    userHeaders: trimmed(values["requestheader-username-headers"]),
    uidHeaders: trimmed(values["requestheader-uid-headers"]),
    groupHeaders: trimmed(values["requestheader-group-headers"]),
    extraPrefixes: trimmed(values["requestheader-extra-headers-prefix"]),
  };
}

const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

function oidcFrom(values: FlagValues): OidcConfig | undefined {
  const [issuerUrl, clientId] = [values["oidc-issuer-url"], values["oidc-client-id"]];
  if (issuerUrl === "" && clientId === "") return undefined;
  if (issuerUrl === "" || clientId === "")
    throw new UsageError("oidc-issuer-url and oidc-client-id must be specified together when any oidc flag is specified");
  if (!URL.canParse(issuerUrl) || !issuerUrl.startsWith("https://"))
    throw new UsageError(`--oidc-issuer-url=${issuerUrl}: URL scheme must be https`);
  if (values["authentication-config"] !== "") throw new UsageError("authentication-config file and oidc-* flags are mutually exclusive");
  const unknown = values["oidc-signing-algs"].find((name) => !ALGORITHMS.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--oidc-signing-algs: unsupported algorithm "${unknown}"; there are ${ALGORITHMS.join(", ")}`);
  const usernameClaim = values["oidc-username-claim"];
  const prefix = values["oidc-username-prefix"];
  return {
    issuerUrl,
    clientId,
    caFile: values["oidc-ca-file"],
    usernameClaim,
    // Addresses are names of their own; anything else is one only among the issuer's users.
    usernamePrefix: prefix === "-" ? "" : prefix !== "" || usernameClaim === "email" ? prefix : `${issuerUrl}#`,
    groupsClaim: values["oidc-groups-claim"],
    groupsPrefix: values["oidc-groups-prefix"],
    requiredClaims: values["oidc-required-claim"],
    signingAlgorithms: values["oidc-signing-algs"],
  };
}
