import type { UserInfo } from "../request/context.ts";

/** One line of a file of users: who it is, and what proves that. */
interface UserLine {
  readonly number: number;
  readonly secret: string;
  readonly user: UserInfo;
}

/**
 * Reads a CSV file of users: secret,user,uid[,"group1,group2"]; empty lines and those that begin with # are left out.
 * `file` and `secret` say what it is. Errors: Error naming the line that is malformed, without what stands there.
 */
export function* readUserLines(text: string, file: string, secret: string): Generator<UserLine> {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [proof, name, uid, groups = ""] = csvFields(line);
    if (!proof || !name || uid === undefined) throw new Error(`line ${index + 1} of the ${file}: expected ${secret},user,uid[,"groups"]`);
    const list = groups.split(",").map((group) => group.trim());
    yield { number: index + 1, secret: proof, user: { name, ...(uid === "" ? {} : { uid }), groups: list.filter(Boolean) } };
  }
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
