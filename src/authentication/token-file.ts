import { hash } from "node:crypto";
import type { UserInfo } from "../request/context.ts";
import { forApiAudiences, type TokenAuthenticator } from "./token-authenticator.ts";

/** The users of static tokens, by the tokens' hashes. */
export type TokenTable = ReadonlyMap<string, UserInfo>;

/**
 * Reads static tokens from a CSV file: token,user,uid[,"group1,group2"]. Errors: Error naming the line that is
 * malformed. The tokens themselves are kept only as hashes.
 */
export function readTokenFile(text: string): TokenTable {
  const users = new Map<string, UserInfo>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [token, name, uid, groups] = csvFields(line);
    if (!token || !name || uid === undefined) throw new Error(`line ${index + 1} of the token file: expected token,user,uid[,"groups"]`);
    users.set(tokenDigest(token), {
      name,
      ...(uid === "" ? {} : { uid }),
      groups: (groups ?? "")
        .split(",")
        .map((group) => group.trim())
        .filter(Boolean),
    });
  }
  return users;
}

/** Static tokens of the table that is in force when they are asked for. */
export function tokenFileAuthenticator(table: () => TokenTable, apiAudiences: readonly string[]): TokenAuthenticator {
  return forApiAudiences(apiAudiences, ({ token }) => table().get(tokenDigest(token)));
}

/** Lookup by hash takes the same time however much of a guessed token is right. */
export function tokenDigest(token: string): string {
  return hash("sha256", token, "base64");
}

/** Fields of one CSV line (RFC 4180 quoting). */
export function csvFields(line: string): string[] {
  const fields: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/y;
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line);
    if (match === null) break;
    fields.push(match[1] === undefined ? (match[2] as string).trim() : match[1].replaceAll('""', '"'));
  }
  return fields;
}
