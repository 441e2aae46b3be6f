import { parseYaml } from "../../codec/yaml-read.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import { booleanIn, isSet, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
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

const GROUP = "apiserver.config.k8s.io";
const VERSIONS = ["v1", "v1beta1", "v1alpha1"];
const KIND = "AuthenticationConfiguration";
const MOST_ISSUERS = 64;

/** The members that each part of the file may have. */
const MEMBERS = {
  "": ["apiVersion", "kind", "jwt", "anonymous"],
  "anonymous": ["enabled", "conditions"],
  "anonymous.conditions": ["path"],
  "jwt": ["issuer", "claimValidationRules", "claimMappings", "userValidationRules"],
  "jwt.issuer": ["url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy", "egressSelectorType"],
  "jwt.claimValidationRules": ["claim", "requiredValue", "expression", "message"],
  "jwt.claimMappings": ["username", "groups", "uid", "extra"],
  "jwt.claimMappings.username": ["claim", "prefix", "expression"],
  "jwt.claimMappings.groups": ["claim", "prefix", "expression"],
  "jwt.claimMappings.uid": ["claim", "expression"],
  "jwt.claimMappings.extra": ["key", "valueExpression"],
  "jwt.userValidationRules": ["expression", "message"],
} as const;

/**
 * Reads the file. `expressions` is asked for where the file has any: making it takes a while. `ownIssuers`: those of
 * service account tokens. Errors: Error naming the field that is wrong, YamlError.
 */
export function readAuthenticationConfiguration(
  text: string,
  expressions: () => AuthenticationExpressions,
  ownIssuers: readonly string[],
): AuthenticationRules {
  const file = parseYaml(text).value;
  if (!isObject(file)) throw new Error(`it is no ${KIND}`);
  known(file, "", "");
  const apiVersion = stringIn(file, "apiVersion");
  if (!VERSIONS.some((version) => apiVersion === `${GROUP}/${version}`) || stringIn(file, "kind") !== KIND)
    throw new Error(`it is no ${KIND} of ${GROUP}/v1`);
  const entries = objectsIn(file, "jwt");
  if (entries.length > MOST_ISSUERS) throw new Error(`jwt: Too many: ${entries.length}: must have at most ${MOST_ISSUERS} items`);
  const issuers = entries.map((entry, index) => issuerRules(entry, `jwt[${index}]`, expressions));
  for (const [index, { issuer, discoveryUrl }] of issuers.entries()) {
    const at = `jwt[${index}].issuer`;
    if (ownIssuers.includes(issuer))
      throw new Error(`${at}.url: Invalid value: ${quoteText(issuer)}: URL must not overlap with disallowed issuers`);
    const earlier = issuers.slice(0, index);
    if (earlier.some((one) => one.issuer === issuer)) throw new Error(`${at}.url: Duplicate value: ${quoteText(issuer)}`);
    if (discoveryUrl !== "" && earlier.some((one) => one.discoveryUrl === discoveryUrl))
      throw new Error(`${at}.discoveryURL: Duplicate value: ${quoteText(discoveryUrl)}`);
  }
  if (!isSet(file, "anonymous")) return { issuers, anonymous: undefined };
  const anonymous = objectIn(file, "anonymous");
  known(anonymous, "anonymous", "anonymous");
  const enabled = booleanIn(anonymous, "enabled");
  const conditions = objectsIn(anonymous, "conditions");
  if (!enabled && conditions.length > 0)
    throw new Error("anonymous.conditions: Invalid value: enabled should be set to true when conditions are defined");
  const paths = conditions.map((condition, index) => {
    known(condition, "anonymous.conditions", `anonymous.conditions[${index}]`);
    return stringIn(condition, "path");
  });
  return { issuers, anonymous: { enabled, paths } };
}

function issuerRules(entry: ReadonlyJsonObject, at: string, expressions: () => AuthenticationExpressions): IssuerRules {
  known(entry, "jwt", at);
  const issuer = objectIn(entry, "issuer");
  known(issuer, "jwt.issuer", `${at}.issuer`);
  const url = stringIn(issuer, "url");
  const discoveryUrl = stringIn(issuer, "discoveryURL");
  checkUrl(url, `${at}.issuer.url`);
  if (discoveryUrl !== "") {
    checkUrl(discoveryUrl, `${at}.issuer.discoveryURL`);
    if (discoveryUrl.replace(/\/$/, "") === url.replace(/\/$/, ""))
      throw new Error(`${at}.issuer.discoveryURL: Invalid value: ${quoteText(discoveryUrl)}: discoveryURL must be different from URL`);
  }
  const audiences = stringsIn(issuer, "audiences");
  if (audiences.length === 0) throw new Error(`${at}.issuer.audiences: Required value: at least one ${at}.issuer.audiences is required`);
  if (audiences.includes("")) throw new Error(`${at}.issuer.audiences: Required value: audience can't be empty`);
  const policy = stringIn(issuer, "audienceMatchPolicy");
  if (policy !== "MatchAny" && (policy !== "" || audiences.length > 1))
    throw new Error(
      `${at}.issuer.audienceMatchPolicy: Invalid value: ${quoteText(policy)}: audienceMatchPolicy must be MatchAny for multiple audiences`,
    );
  if (isSet(issuer, "egressSelectorType")) throw new Error(`${at}.issuer.egressSelectorType does not exist here`);
  const mappings = objectIn(entry, "claimMappings");
  known(mappings, "jwt.claimMappings", `${at}.claimMappings`);
  const compiled = <T>(field: string, make: (from: AuthenticationExpressions) => T): T => {
    try {
      return make(expressions());
    } catch (error) {
      throw new Error(`${field}: Invalid value: ${errorText(error)}`, { cause: error });
    }
  };
  const claimRules = objectsIn(entry, "claimValidationRules");
  const userRules = objectsIn(entry, "userValidationRules");
  checkEmail(mappings, claimRules, at);
  return {
    issuer: url,
    discoveryUrl,
    ca: stringIn(issuer, "certificateAuthority") || undefined,
    audiences,
    algorithms: SIGNATURE_ALGORITHMS,
    checkClaims: claimRules.map((rule, index) => {
      const field = `${at}.claimValidationRules[${index}]`;
      known(rule, "jwt.claimValidationRules", field);
      const [claim, expression] = [stringIn(rule, "claim"), stringIn(rule, "expression")];
      if ((claim === "") === (expression === ""))
        throw new Error(`${field}: Invalid value: claim and expression can't both be set, and one must be`);
      if (claim !== "") return requiredClaim(claim, stringIn(rule, "requiredValue"));
      return compiled(`${field}.expression`, (from) => from.claimRule(expression, stringIn(rule, "message")));
    }),
    ...mappingsOf(mappings, `${at}.claimMappings`, compiled),
    checkUser: userRules.map((rule, index) => {
      const field = `${at}.userValidationRules[${index}]`;
      known(rule, "jwt.userValidationRules", field);
      const expression = stringIn(rule, "expression");
      if (expression === "") throw new Error(`${field}.expression: Required value`);
      return compiled(`${field}.expression`, (from) => from.userRule(expression, stringIn(rule, "message")));
    }),
  };
}

type Compile = <T>(field: string, make: (from: AuthenticationExpressions) => T) => T;

function mappingsOf(
  mappings: ReadonlyJsonObject,
  at: string,
  compiled: Compile,
): Pick<IssuerRules, "username" | "groups" | "uid" | "extra"> {
  const part = (name: "username" | "groups" | "uid") => {
    const mapping = objectIn(mappings, name);
    known(mapping, `jwt.claimMappings.${name}`, `${at}.${name}`);
    const [claim, expression, prefix] = [stringIn(mapping, "claim"), stringIn(mapping, "expression"), getOwn(mapping, "prefix")];
    if (claim !== "" && expression !== "") throw new Error(`${at}.${name}: Invalid value: claim and expression can't both be set`);
    if (name !== "uid" && claim !== "" && typeof prefix !== "string")
      throw new Error(
        `${at}.${name}.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing`,
      );
    if (expression !== "" && prefix !== undefined)
      throw new Error(`${at}.${name}.prefix: Invalid value: prefix can't be set when expression is set`);
    return { claim, expression, prefix: typeof prefix === "string" ? prefix : "", field: `${at}.${name}.expression` };
  };
  const [username, groups, uid] = [part("username"), part("groups"), part("uid")];
  if (username.claim === "" && username.expression === "")
    throw new Error(`${at}.username: Required value: claim or expression is required`);
  const none: ReadClaims<readonly string[]> = () => [];
  const keys = new Set<string>();
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
    uid:
      uid.claim !== ""
        ? uidClaim(uid.claim)
        : uid.expression === ""
          ? () => ""
          : compiled(uid.field, (from) => from.string(uid.expression)),
    extra: objectsIn(mappings, "extra").map((mapping, index) => {
      const field = `${at}.extra[${index}]`;
      known(mapping, "jwt.claimMappings.extra", field);
      const key = stringIn(mapping, "key");
      if (!/^[a-z0-9.-]+\/.+$/.test(key) || key !== key.toLowerCase())
        throw new Error(
          `${field}.key: Invalid value: ${quoteText(key)}: must be a domain-prefixed path (such as "acme.io/foo"), in lower case`,
        );
      if (/(^|\.)(kubernetes|k8s)\.io\//.test(key))
        throw new Error(
          `${field}.key: Invalid value: ${quoteText(key)}: k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use`,
        );
      if (keys.has(key)) throw new Error(`${field}.key: Duplicate value: ${quoteText(key)}`);
      keys.add(key);
      const expression = stringIn(mapping, "valueExpression");
      if (expression === "") throw new Error(`${field}.valueExpression: Required value: valueExpression is required`);
      return { key, read: compiled(`${field}.valueExpression`, (from) => from.strings(expression)) };
    }),
  };
}

/** A user name made of an address must look at whether the address was verified (KEP-3331). */
function checkEmail(mappings: ReadonlyJsonObject, claimRules: readonly ReadonlyJsonObject[], at: string): void {
  const username = stringIn(objectIn(mappings, "username"), "expression");
  const uses = (expression: string, claim: string): boolean =>
    new RegExp(`\\bclaims\\.\\??${claim}\\b|\\bclaims\\[["']${claim}["']\\]`).test(expression);
  if (!uses(username, "email")) return;
  const others = [
    ...objectsIn(mappings, "extra").map((one) => stringIn(one, "valueExpression")),
    ...claimRules.map((rule) => stringIn(rule, "expression")),
  ];
  if ([username, ...others].some((expression) => uses(expression, "email_verified"))) return;
  throw new Error(
    `${at}.claimMappings.username.expression: Invalid value: ${quoteText(username)}: claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression`,
  );
}

function checkUrl(text: string, at: string): void {
  if (text === "") throw new Error(`${at}: Required value: URL is required`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fault = (why: string) => new Error(`${at}: Invalid value: ${quoteText(text)}: ${why}`);
  if (url?.protocol !== "https:") throw fault("URL scheme must be https");
  if (url.username !== "" || url.password !== "") throw fault("URL must not contain a username or password");
  if (url.search !== "" || text.includes("?")) throw fault("URL must not contain a query");
  if (url.hash !== "") throw fault("URL must not contain a fragment");
}

const LISTS: ReadonlySet<string> = new Set(["jwt", "conditions", "audiences", "claimValidationRules", "userValidationRules", "extra"]);
const OBJECTS: ReadonlySet<string> = new Set(["anonymous", "issuer", "claimMappings", "username", "groups", "uid"]);

/** Refuses members that nobody would read, or that are of another type: a rule that is passed over lets others in. */
function known(part: ReadonlyJsonObject, name: keyof typeof MEMBERS, at: string): void {
  const members: readonly string[] = MEMBERS[name];
  for (const [member, value] of Object.entries(part)) {
    const place = at === "" ? member : `${at}.${member}`;
    if (!members.includes(member)) throw new Error(`unknown field ${quoteText(place)}`);
    if (value === null || value === undefined) continue;
    const fits = LISTS.has(member)
      ? Array.isArray(value) && value.every((item: ReadonlyJson) => (member === "audiences" ? typeof item === "string" : isObject(item)))
      : OBJECTS.has(member)
        ? isObject(value)
        : typeof value === (member === "enabled" ? "boolean" : "string");
    if (!fits) throw new Error(`${place} is of the wrong type`);
  }
}
