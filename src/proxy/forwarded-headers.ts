import type { OutgoingHttpHeaders } from "node:http";
import type { ApiRequest } from "../request/exchange.ts";
import { headerLines } from "../request/header-values.ts";

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
export function forwardedHeaders(request: ApiRequest, stripped: (name: string) => boolean = () => false): OutgoingHttpHeaders {
  const named = connectionOptions(request);
  const values = new Map<string, string[]>();
  for (const [name, value] of headerLines(request)) {
    if (name.startsWith(":") || HOP_BY_HOP.has(name) || OWN.has(name) || named.has(name) || isCredential(name) || stripped(name)) continue;
    const sent = name === "sec-websocket-protocol" ? withoutToken(value) : value;
    if (sent !== "") values.set(name, [...(values.get(name) ?? []), sent]);
  }
  values.set("x-forwarded-for", [[...(values.get("x-forwarded-for") ?? []), request.peer.address].join(", ")]);
  const { cookie, te } = request.headers;
  // HTTP/2 sends cookies one by one (RFC 9113, 8.2.3).
  if (cookie !== undefined && !named.has("cookie")) values.set("cookie", [typeof cookie === "string" ? cookie : cookie.join("; ")]);
  if (
    String(te ?? "")
      .toLowerCase()
      .split(",")
      .some((coding) => coding.trim() === "trailers")
  )
    values.set("te", ["trailers"]);
  const headers: OutgoingHttpHeaders = {};
  for (const [name, lines] of values) headers[canonicalName(name)] = lines.length === 1 ? lines[0] : lines;
  return headers;
}

/** Whether a header of an answer is about the connection that it came on. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/** How header names are written on the wire by servers and clients in Go: each word capital. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

function isCredential(name: string): boolean {
  return CREDENTIALS.has(name) || CREDENTIAL_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Names that the Connection header makes hop-by-hop for this request. */
function connectionOptions({ headers }: ApiRequest): ReadonlySet<string> {
  const { connection = "" } = headers;
  const options = (typeof connection === "string" ? connection : connection.join(",")).split(",");
  return new Set(options.map((option) => option.trim().toLowerCase()));
}

function withoutToken(protocols: string): string {
  const kept = protocols.split(",").map((protocol) => protocol.trim());
  return kept.filter((protocol) => !protocol.startsWith(TOKEN_PROTOCOL)).join(", ");
}
