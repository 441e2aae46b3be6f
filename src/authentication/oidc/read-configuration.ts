import {
  ConfigurationError,
  readConfigurationFile,
  serverConfiguration,
  type ConfigurationReader,
} from "../../codec/configuration-file.ts";
import { quoteText } from "../../object/quote.ts";
import { errorText } from "../../object/error-text.ts";
import { SIGNATURE_ALGORITHMS } from "../jwt.ts";
import { groupsClaim, requiredClaim, uidClaim, usernameClaim } from "./claims.ts";
import type { AuthenticationExpressions } from "./expressions.ts";
import type { IssuerRules, ReadClaims } from "./issuer-rules.ts";

/** What an AuthenticationConfiguration says (apiserver.config.k8s.io, KEP-3331). */
interface AuthenticationRules {
  readonly issuers: readonly IssuerRules[];
  /** Undefined where the file leaves it to --anonymous-auth. */
  readonly anonymous: { readonly enabled: boolean; readonly paths: readonly string[] } | undefined;
}

const FILE = serverConfiguration("AuthenticationConfiguration");
const MOST_ISSUERS = 64;

/**
 * Reads the file. `expressions` is asked for where the file has any: making it takes a while. `ownIssuers`: those of
 * service account tokens. Errors: ConfigurationError naming the fields that are wrong.
 */
export function readAuthenticationConfiguration(
  text: string,
  expressions: () => AuthenticationExpressions,
  ownIssuers: readonly string[],
): AuthenticationRules {
  return readConfigurationFile(text, FILE, (file) => {
    const entries = file.objects("jwt");
    if (entries.length > MOST_ISSUERS)
      throw new ConfigurationError(`jwt: Too many: ${entries.length}: must have at most ${MOST_ISSUERS} items`);
    const issuers = entries.map((entry) => issuerRules(entry, expressions));
    checkIssuers(issuers, ownIssuers);
    return { issuers, anonymous: file.has("anonymous") ? anonymousRules(file.object("anonymous")) : undefined };
  });
}

function checkIssuers(issuers: readonly IssuerRules[], ownIssuers: readonly string[]): void {
  for (const [index, { issuer, discoveryUrl }] of issuers.entries()) {
    const at = `jwt[${index}].issuer`;
    if (ownIssuers.includes(issuer)) throw invalid(`${at}.url`, issuer, "URL must not overlap with disallowed issuers");
    const earlier = issuers.slice(0, index);
    if (earlier.some((one) => one.issuer === issuer)) throw new ConfigurationError(`${at}.url: Duplicate value: ${quoteText(issuer)}`);
    if (discoveryUrl !== "" && earlier.some((one) => one.discoveryUrl === discoveryUrl))
      throw new ConfigurationError(`${at}.discoveryURL: Duplicate value: ${quoteText(discoveryUrl)}`);
  }
}

function anonymousRules(anonymous: ConfigurationReader): AuthenticationRules["anonymous"] {
  const enabled = anonymous.flag("enabled") ?? false;
  const paths = anonymous.objects("conditions").map((condition) => condition.text("path"));
  if (!enabled && paths.length > 0)
    throw new ConfigurationError("anonymous.conditions: Invalid value: enabled should be set to true when conditions are defined");
  return { enabled, paths };
}

function invalid(at: string, value: string, why: string): ConfigurationError {
  return new ConfigurationError(`${at}: Invalid value: ${quoteText(value)}: ${why}`);
}

function issuerRules(entry: ConfigurationReader, expressions: () => AuthenticationExpressions): IssuerRules {
  const at = String(entry.path);
  const issuer = entry.object("issuer");
  const url = issuer.text("url");
  const discoveryUrl = issuer.text("discoveryURL");
  checkUrl(url, `${at}.issuer.url`);
  if (discoveryUrl !== "") {
    checkUrl(discoveryUrl, `${at}.issuer.discoveryURL`);
    if (discoveryUrl.replace(/\/$/, "") === url.replace(/\/$/, ""))
      throw invalid(`${at}.issuer.discoveryURL`, discoveryUrl, "discoveryURL must be different from URL");
  }
  const audiences = issuer.texts("audiences");
  if (audiences.length === 0)
    throw new ConfigurationError(`${at}.issuer.audiences: Required value: at least one ${at}.issuer.audiences is required`);
  if (audiences.includes("")) throw new ConfigurationError(`${at}.issuer.audiences: Required value: audience can't be empty`);
  const policy = issuer.text("audienceMatchPolicy");
  if (policy !== "MatchAny" && (policy !== "" || audiences.length > 1))
    throw invalid(`${at}.issuer.audienceMatchPolicy`, policy, "audienceMatchPolicy must be MatchAny for multiple audiences");
  if (issuer.has("egressSelectorType")) throw new ConfigurationError(`${at}.issuer.egressSelectorType does not exist here`);
  const compiled = <T>(field: string, make: (from: AuthenticationExpressions) => T): T => {
    try {
      return make(expressions());
    } catch (error) {
      throw new ConfigurationError(`${field}: Invalid value: ${errorText(error)}`, { cause: error });
    }
  };
  const mappings = entry.object("claimMappings");
  const claimRules = entry.objects("claimValidationRules").map((rule) => ({
    field: String(rule.path),
    claim: rule.text("claim"),
    requiredValue: rule.text("requiredValue"),
    expression: rule.text("expression"),
    message: rule.text("message"),
  }));
  const extra = mappings.objects("extra").map((mapping) => ({
    field: String(mapping.path),
    key: mapping.text("key"),
    expression: mapping.text("valueExpression"),
  }));
  checkEmail(mappings.object("username").text("expression"), [...claimRules, ...extra], at);
  return {
    issuer: url,
    discoveryUrl,
    ca: issuer.text("certificateAuthority") || undefined,
    audiences,
    algorithms: SIGNATURE_ALGORITHMS,
    checkClaims: claimRules.map(({ field, claim, requiredValue, expression, message }) => {
      if ((claim === "") === (expression === ""))
        throw new ConfigurationError(`${field}: Invalid value: claim and expression can't both be set, and one must be`);
      return claim === ""
        ? compiled(`${field}.expression`, (from) => from.claimRule(expression, message))
        : requiredClaim(claim, requiredValue);
    }),
    ...mappingsOf(mappings, compiled),
    extra: extraOf(extra, compiled),
    checkUser: entry.objects("userValidationRules").map((rule) => {
      const [expression, message] = [rule.text("expression"), rule.text("message")];
      const field = `${String(rule.path)}.expression`;
      if (expression === "") throw new ConfigurationError(`${field}: Required value`);
      return compiled(field, (from) => from.userRule(expression, message));
    }),
  };
}

type Compile = <T>(field: string, make: (from: AuthenticationExpressions) => T) => T;

function mappingsOf(mappings: ConfigurationReader, compiled: Compile): Pick<IssuerRules, "username" | "groups" | "groupsClaim" | "uid"> {
  const part = (name: "username" | "groups" | "uid") => {
    const mapping = mappings.object(name);
    const at = String(mapping.path);
    const [claim, expression] = [mapping.text("claim"), mapping.text("expression")];
    // The uid has none.
    const hasPrefix = name !== "uid" && mapping.has("prefix");
    if (claim !== "" && expression !== "") throw new ConfigurationError(`${at}: Invalid value: claim and expression can't both be set`);
    if (name !== "uid" && claim !== "" && !hasPrefix)
      throw new ConfigurationError(
        `${at}.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing`,
      );
    if (expression !== "" && hasPrefix)
      throw new ConfigurationError(`${at}.prefix: Invalid value: prefix can't be set when expression is set`);
    return { claim, expression, prefix: hasPrefix ? mapping.text("prefix") : "", field: `${at}.expression` };
  };
  const [username, groups, uid] = [part("username"), part("groups"), part("uid")];
  if (username.claim === "" && username.expression === "")
    throw new ConfigurationError(`${String(mappings.path)}.username: Required value: claim or expression is required`);
  const none: ReadClaims<readonly string[]> = () => [];
  return {
    username:
      username.claim === ""
        ? compiled(username.field, (from) => from.string(username.expression))
        : usernameClaim(username.claim, username.prefix),
    groups:
      groups.claim !== ""
        ? groupsClaim(groups.claim, groups.prefix)
        : groups.expression === ""
          ? none
          : compiled(groups.field, (from) => from.strings(groups.expression)),
    groupsClaim: groups.claim,
    uid:
      uid.claim !== ""
        ? uidClaim(uid.claim)
        : uid.expression === ""
          ? () => ""
          : compiled(uid.field, (from) => from.string(uid.expression)),
  };
}

interface ExtraMapping {
  readonly field: string;
  readonly key: string;
  readonly expression: string;
}

function extraOf(mappings: readonly ExtraMapping[], compiled: Compile): IssuerRules["extra"] {
  const keys = new Set<string>();
  return mappings.map(({ field, key, expression }) => {
    if (!/^[a-z0-9.-]+\/.+$/.test(key) || key !== key.toLowerCase())
      throw invalid(`${field}.key`, key, 'must be a domain-prefixed path (such as "acme.io/foo"), in lower case');
    if (/(^|\.)(kubernetes|k8s)\.io\//.test(key))
      throw invalid(`${field}.key`, key, "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use");
    if (keys.has(key)) throw new ConfigurationError(`${field}.key: Duplicate value: ${quoteText(key)}`);
    keys.add(key);
    if (expression === "") throw new ConfigurationError(`${field}.valueExpression: Required value: valueExpression is required`);
    return { key, read: compiled(`${field}.valueExpression`, (from) => from.strings(expression)) };
  });
}

/** A user name made of an address must look at whether the address was verified (KEP-3331). */
function checkEmail(username: string, others: readonly { readonly expression: string }[], at: string): void {
  const uses = (expression: string, claim: string): boolean =>
    new RegExp(`\\bclaims\\.\\??${claim}\\b|\\bclaims\\[["']${claim}["']\\]`).test(expression);
  if (!uses(username, "email")) return;
  if ([username, ...others.map(({ expression }) => expression)].some((expression) => uses(expression, "email_verified"))) return;
  throw invalid(
    `${at}.claimMappings.username.expression`,
    username,
    "claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression",
  );
}

function checkUrl(text: string, at: string): void {
  if (text === "") throw new ConfigurationError(`${at}: Required value: URL is required`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fault = (why: string) => invalid(at, text, why);
  if (url?.protocol !== "https:") throw fault("URL scheme must be https");
  if (url.username !== "" || url.password !== "") throw fault("URL must not contain a username or password");
  if (url.search !== "" || text.includes("?")) throw fault("URL must not contain a query");
  if (url.hash !== "") throw fault("URL must not contain a fragment");
}
