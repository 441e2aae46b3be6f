import type { FlagValues } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** How users are told apart, besides client certificates and static tokens. */
export interface AuthenticationConfig {
  /** Audiences that tokens for this server name [--api-audiences]. */
  readonly apiAudiences: readonly string[];
  readonly serviceAccounts: ServiceAccountConfig;
}

export interface ServiceAccountConfig {
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
  };
}
