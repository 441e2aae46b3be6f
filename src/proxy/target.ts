import { percentEncoded } from "../object/percent-encoded.ts";

/** The characters that Go leaves as they are in a path, and in a query. */
const PATH_SAFE = /[^A-Za-z0-9\-_.~$&+,/:;=@]/gu;
const QUERY_SAFE = /[^A-Za-z0-9\-_.~ ]/gu;

/**
 * Path and query of a forwarded request as Go writes them: the path that was decoded and judged, not the one that was
 * sent, and the query sorted by name. So what the next server reads is what was authorized here.
 */
export function forwardedTarget(path: string, query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const pairs = [...sorted].map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`);
  return escapePath(path) + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
}

/** A decoded path, percent-encoded. */
function escapePath(path: string): string {
  return path.replaceAll(PATH_SAFE, percentEncoded);
}

function escapeQuery(text: string): string {
  return text.replaceAll(QUERY_SAFE, percentEncoded).replaceAll(" ", "+");
}
