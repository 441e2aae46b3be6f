import type { JsonObject } from "../../object/json.ts";
import type { UserInfo } from "../../request/context.ts";

/** Reads one thing out of claims. Errors: Error saying what is wrong with them. */
export type ReadClaims<T> = (claims: JsonObject) => T;

/** What is demanded of the tokens of one issuer, and what becomes of their claims. */
export interface IssuerRules {
  readonly issuer: string;
  /** "" for the usual place. */
  readonly discoveryUrl: string;
  /** PEM; undefined for the system's authorities. */
  readonly ca: string | undefined;
  /** A token must be for one of them. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  /** Errors: Error naming the rule that the claims break. */
  readonly checkClaims: readonly ReadClaims<void>[];
  readonly username: ReadClaims<string>;
  readonly groups: ReadClaims<readonly string[]>;
  /** The claim of the groups, which may be elsewhere; "" where there is none, or an expression makes them. */
  readonly groupsClaim: string;
  readonly uid: ReadClaims<string>;
  readonly extra: readonly { readonly key: string; readonly read: ReadClaims<readonly string[]> }[];
  /** Errors: Error naming the rule that the user breaks. */
  readonly checkUser: readonly ((user: UserInfo) => void)[];
}
