import type { ApiRequest } from "../request/exchange.ts";
import type { AuthenticationNotes } from "./authenticator.ts";

const EXTRA_SPACE = "the provided Authorization header contains extra space before the bearer token, and is ignored";

/**
 * The token of an `Authorization: Bearer` header (RFC 6750): the word after the scheme, up to a space. Undefined where
 * there is none, or where more than one space stands before it, of which the client is warned.
 */
export function bearerToken(request: ApiRequest, notes: AuthenticationNotes): string | undefined {
  const header = request.headers["authorization"];
  if (typeof header !== "string") return undefined;
  const value = header.trim();
  if (value.slice(0, 7).toLowerCase() !== "bearer ") return undefined;
  const end = value.indexOf(" ", 7);
  if (end === 7) {
    notes.warn(EXTRA_SPACE);
    return undefined;
  }
  return value.slice(7, end < 0 ? undefined : end);
}
