import { numberIn } from "../../object/read.ts";
import type { JsonObject } from "../../object/json.ts";
import { errorText } from "../../object/error-text.ts";
import type { UserInfo } from "../../request/context.ts";
import { BadCredential } from "../authenticator.ts";
import { BoundedCache } from "../bounded-cache.ts";
import { parseJwt } from "../jwt.ts";
import { forApiAudiences, type TokenAuthenticator } from "../token-authenticator.ts";
import { tokenDigest } from "../token-file.ts";
import { distributedClaim } from "./distributed-claim.ts";
import type { FetchJson, FetchText } from "./fetch-json.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import type { IssuerRules } from "./issuer-rules.ts";
import { verifyToken } from "./verify-token.ts";

/** Users of tokens are remembered for so long, and no longer than their tokens live. */
const REMEMBERED_MS = 10_000;
const REMEMBERED = 4096;

interface OidcOptions {
  readonly rules: IssuerRules;
  readonly fetch: FetchJson;
  readonly fetchText: FetchText;
  readonly apiAudiences: readonly string[];
  readonly clock: () => number;
}

/** ID tokens of one OpenID Connect issuer (reference/access-authn-authz/authentication). */
export interface OidcIssuer {
  readonly authenticate: TokenAuthenticator;
  /** Finds the issuer before anybody comes with a token. Errors: Error saying why that failed. */
  discover(): Promise<void>;
}

/** Makes the authenticator of one issuer; tokens of others are not its own to know. */
export function oidcIssuer({ rules, fetch, fetchText, apiAudiences, clock }: OidcOptions): OidcIssuer {
  const keys = new IssuerKeys({ issuer: rules.issuer, discoveryUrl: rules.discoveryUrl, fetch, clock });
  const known = new BoundedCache<UserInfo>(REMEMBERED, clock);
  const { groupsClaim: claim } = rules;
  const whole = claim === "" ? undefined : distributedClaim({ claim, demands: rules, fetch, fetchText, clock });
  const prove = async (token: string): Promise<UserInfo | undefined> => {
    const digest = tokenDigest(token);
    const remembered = known.get(digest);
    if (remembered !== undefined) return remembered;
    const jwt = parseJwt(token);
    if (jwt === undefined || jwt.claims["iss"] !== rules.issuer) return undefined;
    const { claims } = jwt;
    try {
      await verifyToken(jwt, keys, rules, clock() / 1000);
      const user = userOf(whole === undefined ? claims : await whole(claims), rules);
      known.set(digest, user, Math.min(clock() + REMEMBERED_MS, numberIn(claims, "exp") * 1000));
      return user;
    } catch (error) {
      throw new BadCredential(errorText(error));
    }
  };
  return { authenticate: forApiAudiences(apiAudiences, ({ token }) => prove(token)), discover: () => keys.discover() };
}

function userOf(claims: JsonObject, rules: IssuerRules): UserInfo {
  for (const check of rules.checkClaims) check(claims);
  const extra = new Map<string, readonly string[]>();
  for (const { key, read } of rules.extra) {
    const values = read(claims);
    if (values.length > 0) extra.set(key, values);
  }
  const name = rules.username(claims);
  const groups = rules.groups(claims);
  const uid = rules.uid(claims);
  const user: UserInfo = { name, groups, ...(uid === "" ? {} : { uid }), ...(extra.size === 0 ? {} : { extra }) };
  for (const check of rules.checkUser) check(user);
  return user;
}
