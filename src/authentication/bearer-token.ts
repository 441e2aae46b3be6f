import type { ApiRequest } from "../request/exchange.ts";

/** The token of an `Authorization: Bearer` header (RFC 6750); undefined where there is none. */
export function bearerToken(request: ApiRequest): string | undefined {
  const header = request.headers["authorization"];
  const value = typeof header === "string" ? header.trim() : undefined;
  if (value === undefined) return undefined;
  const space = value.indexOf(" ");
  if (space < 0 || value.slice(0, space).toLowerCase() !== "bearer") return undefined;
  const token = value.slice(space + 1).trim();
  return token === "" ? undefined : token;
}
