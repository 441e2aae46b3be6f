import type { OutgoingHttpHeaders } from "node:http";
import { hostPort } from "../object/ip.ts";
import type { ApiRequest } from "../request/exchange.ts";
import { headerLines } from "../request/header-values.ts";
import type { DialAddress } from "../webhook/service-address.ts";

/** Headers that are about one connection, and never passed on (RFC 9110, 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/** What the sender's own library writes, from what it is told. */
const OWN: ReadonlySet<string> = new Set(["host", "content-length", "expect", "cookie"]);

/** What names or proves a user, here or at the next server: the proxy says itself who asks. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization"]);
const CREDENTIAL_PREFIXES: readonly string[] = ["impersonate-", "x-remote-"];
/** A token that a browser sends as a WebSocket subprotocol. */
const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/**
 * The headers of a request that the next server gets: without those of the connection, of the client's credentials and
 * of identities, and with the client's address in X-Forwarded-For. `stripped` tells of further names, in lower case, that
 * are not passed on.
 */
export function forwardedHeaders(request: ApiRequest, stripped: (name: string) => boolean): OutgoingHttpHeaders {
  const isHop = hopByHop(request);
  const lines: (readonly [string, string])[] = [];
  const addresses: string[] = [];
  for (const [name, value] of headerLines(request)) {
    if (name.startsWith(":") || isHop(name) || OWN.has(name) || isCredential(name) || stripped(name)) continue;
    const sent = name === "sec-websocket-protocol" ? withoutToken(value) : value;
    if (sent === "") continue;
    if (name === "x-forwarded-for") addresses.push(sent);
    else lines.push([canonicalName(name), sent]);
  }
  lines.push(["X-Forwarded-For", [...addresses, request.peer.address].join(", ")]);
  const { cookie, te } = request.headers;
  // HTTP/2 sends cookies one by one (RFC 9113, 8.2.3).
  if (cookie !== undefined && !isHop("cookie")) lines.push(["Cookie", typeof cookie === "string" ? cookie : cookie.join("; ")]);
  if (
    String(te ?? "")
      .toLowerCase()
      .split(",")
      .some((coding) => coding.trim() === "trailers")
  )
    lines.push(["Te", "trailers"]);
  return headersFrom(lines);
}

/** The headers that tell a server by which address it was asked; `target` is path and query. */
export function addressHeaders({ host, port }: DialAddress, target: string): OutgoingHttpHeaders {
  return {
    "X-Forwarded-Host": hostPort(host, port),
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Uri": target.split("?", 1)[0],
  };
}

/** Tells headers, in lower case, that are about the connection that a message came on: all such, and those that it names itself. */
export function hopByHop({ headers: { connection = "" } }: Pick<ApiRequest, "headers">): (name: string) => boolean {
  const options = (typeof connection === "string" ? connection : connection.join(",")).split(",");
  const named = new Set(options.map((option) => option.trim().toLowerCase()));
  return (name) => HOP_BY_HOP.has(name) || named.has(name);
}

/** Headers from lines. One that came once is a text, one that came several times stays several. */
export function headersFrom(lines: Iterable<readonly [string, string]>): Record<string, string | string[]> {
  return Object.fromEntries([...linesByName(lines)].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]));
}

/** The values of each header, as its lines have them. */
export function linesByName(lines: Iterable<readonly [string, string]>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, value] of lines) {
    const others = found.get(name);
    if (others === undefined) found.set(name, [value]);
    else others.push(value);
  }
  return found;
}

/** How header names are written on the wire by servers and clients in Go: each word capital. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

function isCredential(name: string): boolean {
  return CREDENTIALS.has(name) || CREDENTIAL_PREFIXES.some((prefix) => name.startsWith(prefix));
}

function withoutToken(protocols: string): string {
  const kept = protocols.split(",").map((protocol) => protocol.trim());
  return kept.filter((protocol) => !protocol.startsWith(TOKEN_PROTOCOL)).join(", ");
}
