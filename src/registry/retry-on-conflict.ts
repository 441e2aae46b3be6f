import { conflict, notFound } from "../object/status.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { objectKey } from "./endpoint.ts";
import type { Conflict, Write } from "./write.ts";

/** Attempts against other writers before the client is told of the conflict. */
const ATTEMPTS = 50;

/**
 * Attempts a write on the newest version of an object, and again on the version that came between. `absent`: what to do
 * where there is none; `directly`: not as a cache has it. Errors: StatusError 404 without that, 409 where others are always
 * faster, and the attempt's own.
 */
export async function retryOnConflict<T extends { readonly record: ObjectRecord }>(
  { registry, endpoint }: Write,
  name: string,
  attempt: (record: ObjectRecord, key: string) => Promise<T | Conflict>,
  { absent, directly = false }: { readonly absent?: (() => Promise<T>) | undefined; readonly directly?: boolean } = {},
): Promise<T> {
  const { definition } = endpoint;
  const key = objectKey(definition, endpoint.namespace, name);
  let record = await registry.caches.newest(definition, key, directly);
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    if (record === undefined) {
      if (absent === undefined) throw notFound(endpoint.ref, name);
      return absent();
    }
    const outcome = await attempt(record, key);
    if ("record" in outcome) return outcome;
    record = outcome.conflict === undefined ? undefined : (await registry.caches.records(definition, [outcome.conflict]))[0];
  }
  throw conflict(endpoint.ref, name);
}
