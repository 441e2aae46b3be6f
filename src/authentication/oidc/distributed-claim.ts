import { errorText } from "../../object/error-text.ts";
import { getOwn, isObject, type JsonObject } from "../../object/json.ts";
import { memo } from "../../object/memo.ts";
import { stringIn } from "../../object/read.ts";
import { parseJwt } from "../jwt.ts";
import type { FetchJson, FetchText } from "./fetch-json.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { verifyToken, type TokenDemands } from "./verify-token.ts";

/** Issuers of claims whose keys are kept; who makes a token may name any. */
const MOST_ISSUERS = 16;

interface DistributedClaimOptions {
  readonly claim: string;
  /** What is demanded of the token that holds the claim; that of the one that names it. */
  readonly demands: TokenDemands;
  readonly fetch: FetchJson;
  readonly fetchText: FetchText;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/**
 * Fetches a claim from where a proven token says that it is (OpenID Connect Core 1.0, 5.6.2): groups are too many for a token
 * at some issuers. The result gives the claims with it, or as they are where they have it or say nothing of it. Errors of
 * the result: Error saying why it cannot be had.
 */
export function distributedClaim({ claim, demands, fetch, fetchText, clock }: DistributedClaimOptions) {
  const keysOf = memo(MOST_ISSUERS, (issuer: string) => new IssuerKeys({ issuer, discoveryUrl: "", fetch, clock }));
  return async (claims: JsonObject): Promise<JsonObject> => {
    const source = sourceOf(claims, claim);
    if (source === undefined) return claims;
    const text = await fetchText(source.endpoint, source.accessToken).catch((error: unknown) => {
      throw new Error(`oidc: while getting distributed claim "${claim}": ${errorText(error)}`, { cause: error });
    });
    const jwt = parseJwt(text.trim());
    if (jwt === undefined) throw new Error(`oidc: the distributed claim "${claim}" is no signed token`);
    await verifyToken(jwt, keysOf(stringIn(jwt.claims, "iss")), demands, clock() / 1000);
    const value = Object.hasOwn(jwt.claims, claim) ? jwt.claims[claim] : undefined;
    if (value === undefined) throw new Error(`oidc: could not find distributed claim "${claim}" in the token that should hold it`);
    return { ...claims, [claim]: value };
  };
}

/** Where a claim is. Undefined: in the token itself, or nowhere that is told. */
function sourceOf(claims: JsonObject, claim: string): { readonly endpoint: string; readonly accessToken: string } | undefined {
  const names = getOwn(claims, "_claim_names");
  if (getOwn(claims, claim) !== undefined || names === undefined) return undefined;
  if (!isObject(names)) throw new Error("oidc: error parsing distributed claim names");
  const name = getOwn(names, claim);
  const sources = getOwn(claims, "_claim_sources");
  if (!isObject(sources)) throw new Error("oidc: no claim sources");
  if (typeof name !== "string") return undefined;
  const source = getOwn(sources, name);
  if (!isObject(source)) throw new Error(`oidc: id token _claim_names contained a source ${name} missing in _claims_sources`);
  const endpoint = stringIn(source, "endpoint");
  // It may stand there itself, as an aggregated claim: those are not read, as the original does not.
  return endpoint === "" ? undefined : { endpoint, accessToken: stringIn(source, "access_token") };
}
