import type { OutgoingHttpHeaders } from "node:http";
import { canonicalName } from "../proxy/forwarded-headers.ts";
import type { UserInfo } from "../request/context.ts";
import { headerBytes } from "../request/header-values.ts";

/** Characters of a header name (RFC 9110, 5.6.2), but for %, which escapes the others. */
const NAME_CHARACTER = /[A-Za-z0-9!#$&'*+\-.^_`|~]/;

/** The headers by which an API server behind this one is told who asks (tasks/extend-kubernetes/configure-aggregation-layer). */
export function identityHeaders({ name, uid = "", groups, extra }: UserInfo): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { "X-Remote-User": headerBytes(name) };
  if (uid !== "") headers["X-Remote-Uid"] = headerBytes(uid);
  if (groups.length > 0) headers["X-Remote-Group"] = groups.map(headerBytes);
  for (const [key, values] of extra ?? []) {
    if (values.length > 0) headers[canonicalName(`X-Remote-Extra-${escapedKey(key)}`)] = values.map(headerBytes);
  }
  return headers;
}

function escapedKey(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return NAME_CHARACTER.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
}
