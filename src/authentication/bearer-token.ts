import type { ApiRequest } from "../request/exchange.ts";
import { BadCredential, type AuthenticationNotes } from "./authenticator.ts";

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

const PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/**
 * The token that a browser sends as a WebSocket subprotocol, since it cannot set headers. Undefined where there is none,
 * or where it is the only protocol: the answer could choose no other. Errors: BadCredential for one that does not decode.
 */
export function webSocketToken({ headers }: ApiRequest): string | undefined {
  if (String(headers["upgrade"] ?? "").toLowerCase() !== "websocket") return undefined;
  const protocols = String(headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((protocol) => protocol.trim());
  const carrying = protocols.filter((protocol) => protocol.startsWith(PROTOCOL));
  if (carrying.length === 0) return undefined;
  const encoded = (carrying[0] as string).slice(PROTOCOL.length);
  if (carrying.length > 1) throw new BadCredential("multiple base64.bearer.authorization tokens specified");
  if (protocols.length < 2) throw new BadCredential("missing additional subprotocol");
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw new BadCredential("invalid base64.bearer.authorization token encoding");
  return Buffer.from(encoded, "base64url").toString("utf8");
}
