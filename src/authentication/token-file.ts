import { createHash } from "node:crypto";
import type { UserInfo } from "../request/context.ts";
import type { Authenticator } from "./authenticator.ts";
import { bearerToken } from "./bearer-token.ts";

/**
 * Static tokens from a CSV file: token,user,uid[,"group1,group2"]. Errors: Error naming the line that is malformed. The
 * tokens themselves are kept only as hashes.
 */
export function tokenFileAuthenticator(text: string): Authenticator {
  const users = new Map<string, UserInfo>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [token, name, uid, groups] = csvFields(line);
    if (!token || !name || uid === undefined) throw new Error(`line ${index + 1} of the token file: expected token,user,uid[,"groups"]`);
    users.set(digest(token), {
      name,
      ...(uid === "" ? {} : { uid }),
      groups: (groups ?? "")
        .split(",")
        .map((group) => group.trim())
        .filter(Boolean),
    });
  }
  return (request) => {
    const token = bearerToken(request);
    return token === undefined ? undefined : users.get(digest(token));
  };
}

/** Lookup by hash takes the same time however much of a guessed token is right. */
function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

/** Fields of one CSV line (RFC 4180 quoting). */
function csvFields(line: string): string[] {
  const fields: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/y;
  while (pattern.lastIndex < line.length) {
    const match = pattern.exec(line);
    if (match === null) break;
    fields.push(match[1] === undefined ? (match[2] as string).trim() : match[1].replaceAll('""', '"'));
  }
  return fields;
}
