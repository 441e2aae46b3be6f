import type { JsonObject } from "../../object/json.ts";
import { audiencesOf, type ParsedJwt } from "../jwt.ts";
import { common } from "../token-authenticator.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

/** How early a token may be used, in seconds (go-oidc's). */
const NOT_BEFORE_LEEWAY = 300;

/** What a token must be, whoever made it. */
export interface TokenDemands {
  /** It must be for one of them. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
}

/** Proves a token of an issuer whose keys these are; `now` in seconds. Errors: Error saying what it lacks. */
export async function verifyToken(jwt: ParsedJwt, keys: IssuerKeys, { audiences, algorithms }: TokenDemands, now: number): Promise<void> {
  if (!algorithms.includes(jwt.algorithm)) throw new Error(`oidc: id token signed with unsupported algorithm`);
  checkTimes(jwt.claims, now);
  if (common(audiencesOf(jwt.claims), audiences).length === 0) throw new Error("oidc: expected audience is not among those of the token");
  if (!(await keys.verify(jwt))) throw new Error("oidc: failed to verify signature: no key of the issuer made it");
}

function checkTimes(claims: JsonObject, now: number): void {
  const { exp, nbf } = claims;
  if (typeof exp !== "number" || (nbf !== undefined && typeof nbf !== "number")) throw new Error("oidc: the token's times cannot be read");
  if (exp < now) throw new Error("oidc: verify token: token is expired");
  if (typeof nbf === "number" && nbf > now + NOT_BEFORE_LEEWAY)
    throw new Error("oidc: verify token: current time before the nbf (not before) time");
}
