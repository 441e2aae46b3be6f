import type { X509Certificate } from "node:crypto";
import { decodeHeaderKey, headerTexts } from "../request/header-values.ts";
import type { UserInfo } from "../request/context.ts";
import type { ApiRequest } from "../request/exchange.ts";
import { BadCredential, type Authenticator } from "./authenticator.ts";
import { certificateCheck, commonNameOf } from "./client-certificate.ts";

/** How a proxy in front of the server says who its user is. Header names in any case. */
interface RequestHeaderOptions {
  /** Those that sign certificates of such proxies. */
  readonly authorities: () => readonly X509Certificate[];
  /** Common names that a proxy's certificate may have; empty for any. */
  readonly allowedNames: readonly string[];
  readonly userHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
  readonly clock: () => number;
}

/**
 * Users that an authenticating proxy names in headers (tasks/extend-kubernetes/configure-aggregation-layer). Headers of
 * anybody without such a proxy's certificate count for nothing. Errors: BadCredential for a certificate that is not one.
 */
export function requestHeaderAuthenticator(options: RequestHeaderOptions): Authenticator {
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  const places: HeaderPlaces = {
    userHeaders: lower(options.userHeaders),
    uidHeaders: lower(options.uidHeaders),
    groupHeaders: lower(options.groupHeaders),
    extraPrefixes: lower(options.extraPrefixes),
  };
  const nameOf = certificateCheck(options.authorities, options.clock, commonNameOf);
  return (request) => {
    const { certificate } = request.peer;
    if (certificate === undefined) return undefined;
    const name = nameOf(certificate);
    if (options.allowedNames.length > 0 && !options.allowedNames.includes(name))
      throw new BadCredential("x509: subject with cn is not in the allowed list");
    return userInHeaders(request, places);
  };
}

type HeaderPlaces = Pick<RequestHeaderOptions, "userHeaders" | "uidHeaders" | "groupHeaders" | "extraPrefixes">;

function userInHeaders(request: ApiRequest, { userHeaders, uidHeaders, groupHeaders, extraPrefixes }: HeaderPlaces): UserInfo | undefined {
  const lines = [...headerTexts(request)].map(([key, value]) => [key, value.trim()] as const);
  const first = (names: readonly string[]): string => {
    for (const name of names) {
      const value = lines.find(([key, text]) => key === name && text !== "")?.[1];
      if (value !== undefined) return value;
    }
    return "";
  };
  const name = first(userHeaders);
  if (name === "") return undefined;
  const uid = first(uidHeaders);
  const groups = groupHeaders.flatMap((header) => lines.filter(([key, value]) => key === header && value !== "").map(([, value]) => value));
  const extra = new Map<string, string[]>();
  for (const prefix of extraPrefixes) {
    for (const [header, value] of lines) {
      if (!header.startsWith(prefix)) continue;
      const key = decodeHeaderKey(header.slice(prefix.length));
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  return { name, ...(uid === "" ? {} : { uid }), groups, ...(extra.size === 0 ? {} : { extra }) };
}
