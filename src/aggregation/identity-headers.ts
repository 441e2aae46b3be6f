import type { OutgoingHttpHeaders } from "node:http";
import { percentEncoded } from "../object/percent-encoded.ts";
import { canonicalName } from "../proxy/forwarded-headers.ts";
import type { UserInfo } from "../request/context.ts";
import { headerBytes } from "../request/header-values.ts";

/** What is no character of a header name (RFC 9110, 5.6.2), and %, which escapes it. */
const ESCAPED = /[^A-Za-z0-9!#$&'*+\-.^_`|~]/gu;

/** The headers by which an API server behind this one is told who asks (tasks/extend-kubernetes/configure-aggregation-layer). */
export function identityHeaders({ name, uid = "", groups, extra }: UserInfo): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { "X-Remote-User": headerBytes(name) };
  if (uid !== "") headers["X-Remote-Uid"] = headerBytes(uid);
  if (groups.length > 0) headers["X-Remote-Group"] = groups.map(headerBytes);
  for (const [key, values] of extra ?? []) {
    if (values.length > 0) headers[canonicalName(`X-Remote-Extra-${key.replaceAll(ESCAPED, percentEncoded)}`)] = values.map(headerBytes);
  }
  return headers;
}
