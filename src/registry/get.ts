import { notFound, plainError } from "../object/status.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { objectKey, type Endpoint } from "./endpoint.ts";
import { parseResourceVersion } from "./list-options.ts";
import type { Registry } from "./registry.ts";

/**
 * One object, at least as new as the request demands: resourceVersion=0 never waits, a number waits for it, none means
 * the newest. Errors: StatusError 404; 500 for a resourceVersion that does not parse, as the original answers.
 */
export async function get(registry: Registry, endpoint: Endpoint, query: URLSearchParams): Promise<ObjectRecord> {
  const version = parseResourceVersion(query.get("resourceVersion") ?? "", plainError);
  const { definition, namespace, name, ref } = endpoint;
  const key = objectKey(definition, namespace, name);
  if (definition.forms?.remote === true && (version === undefined || !registry.caches.of(definition).started)) {
    const record = await registry.caches.newest(definition, key, true);
    if (record === undefined) throw notFound(ref, name);
    return record;
  }
  const record = (await registry.caches.current(definition, version)).get(key);
  if (record === undefined) throw notFound(ref, name);
  return record;
}
