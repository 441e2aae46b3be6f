import { quoteText } from "../object/quote.ts";
import { badRequest } from "../object/status.ts";
import type { UserInfo } from "./context.ts";
import type { ApiRequest } from "./exchange.ts";
import { decodeHeaderKey, headerTexts } from "./header-values.ts";

const PREFIX = "impersonate-";
const EXTRA = "impersonate-extra-";

/**
 * Whom the Impersonate-* headers of a request ask to be, as they say it (concepts/access-authn-authz/authentication,
 * user impersonation). Undefined where they ask for nobody. Errors: StatusError 400 for attributes without a user.
 */
export function wantedUser(request: ApiRequest): UserInfo | undefined {
  if (!asksToImpersonate(request)) return undefined;
  let name = "";
  let uid = "";
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (const [header, value] of headerTexts(request)) {
    if (header === "impersonate-user") name ||= value;
    else if (header === "impersonate-uid") uid ||= value;
    else if (header === "impersonate-group") groups.push(value);
    else if (header.startsWith(EXTRA)) {
      const key = decodeHeaderKey(header.slice(EXTRA.length)).toLowerCase();
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  if (name !== "") return { name, ...(uid === "" ? {} : { uid }), groups, ...(extra.size === 0 ? {} : { extra }) };
  if (uid === "" && groups.length === 0 && extra.size === 0) return undefined;
  throw badRequest(`requested ${goUser(uid, groups, extra)} without impersonating a user name`);
}

/** Most requests have no such header: names are looked at before anything is gathered. */
function asksToImpersonate({ headers }: ApiRequest): boolean {
  for (const name in headers) if (name.startsWith(PREFIX)) return true;
  return false;
}

/** A user as Go shows the value in messages. */
function goUser(uid: string, groups: readonly string[], extra: ReadonlyMap<string, readonly string[]>): string {
  const list = (values: readonly string[]): string => `{${values.map(quoteText).join(", ")}}`;
  const groupsText = groups.length === 0 ? "[]string(nil)" : `[]string${list(groups)}`;
  const members = [...extra].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, values]) => `${quoteText(key)}:[]string${list(values)}`);
  const extraText = members.length === 0 ? "map[string][]string(nil)" : `map[string][]string{${members.join(", ")}}`;
  return `&user.DefaultInfo{Name:"", UID:${quoteText(uid)}, Groups:${groupsText}, Extra:${extraText}}`;
}
