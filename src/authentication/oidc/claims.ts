import { getOwn, isObject, type JsonObject, type ReadonlyJson } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import type { ReadClaims } from "./issuer-rules.ts";

/** A user name from a claim. An address counts only where the issuer does not say that it has not been verified. */
export function usernameClaim(claim: string, prefix: string): ReadClaims<string> {
  return (claims) => {
    const value = stringClaim(claims, claim, "username");
    if (claim === "email" && claims["email_verified"] !== undefined && claims["email_verified"] !== true)
      throw new Error("oidc: email not verified");
    return prefix + value;
  };
}

/** Groups from a claim that is a text or a list of texts; none where it is absent. */
export function groupsClaim(claim: string, prefix: string): ReadClaims<readonly string[]> {
  return (claims) => {
    const value = getOwn(claims, claim);
    if (value === undefined) {
      const names = claims["_claim_names"];
      // The issuer says that somebody else has them: without them the user would be somebody else too.
      if (isObject(names) && getOwn(names, claim) !== undefined)
        throw new Error(`oidc: could not expand distributed claims: ${quoteText(claim)} is not fetched from elsewhere`);
      return [];
    }
    return texts(value, claim).map((group) => prefix + group);
  };
}

/** A uid from a claim that must be there. */
export function uidClaim(claim: string): ReadClaims<string> {
  return (claims) => stringClaim(claims, claim, "uid");
}

/** Demands that a claim has a value. */
export function requiredClaim(claim: string, required: string): ReadClaims<void> {
  return (claims) => {
    const value = getOwn(claims, claim);
    if (value === undefined) throw new Error(`oidc: required claim ${claim} not present in ID token`);
    if (value !== required) throw new Error(`oidc: required claim ${claim} value does not match`);
  };
}

function stringClaim(claims: JsonObject, claim: string, what: string): string {
  const value = getOwn(claims, claim);
  if (value === undefined) throw new Error(`oidc: parse ${what} claims ${quoteText(claim)}: claim not present`);
  if (typeof value !== "string") throw new Error(`oidc: parse ${what} claims ${quoteText(claim)}: it is no string`);
  return value;
}

function texts(value: ReadonlyJson, claim: string): readonly string[] {
  if (value === null) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((one: ReadonlyJson) => typeof one === "string")) return value as string[];
  throw new Error(`oidc: parse groups claim ${quoteText(claim)}: it is neither a string nor a list of strings`);
}
