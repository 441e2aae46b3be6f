import { hash } from "node:crypto";
import type { UserInfo } from "../request/context.ts";
import { forApiAudiences, type TokenAuthenticator } from "./token-authenticator.ts";
import { readUserLines } from "./user-file.ts";

/** The users of static tokens, by the tokens' hashes. */
type TokenTable = ReadonlyMap<string, UserInfo>;

/**
 * Reads static tokens from a CSV file: token,user,uid[,"group1,group2"]. Errors: Error naming the line that is
 * malformed. The tokens themselves are kept only as hashes.
 */
export function readTokenFile(text: string): TokenTable {
  return new Map([...readUserLines(text, "token file", "token")].map(({ secret, user }) => [tokenDigest(secret), user]));
}

/** Static tokens of the table that is in force when they are asked for. */
export function tokenFileAuthenticator(table: () => TokenTable, apiAudiences: readonly string[]): TokenAuthenticator {
  return forApiAudiences(apiAudiences, ({ token }) => table().get(tokenDigest(token)));
}

/** Lookup by hash takes the same time however much of a guessed token is right. */
export function tokenDigest(token: string): string {
  return hash("sha256", token, "base64");
}
