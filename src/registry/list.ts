import { badRequest, expired } from "../object/status.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { prefixEnd } from "../storage/key-order.ts";
import { StorageError, type RangeRequest, type RangeResult, type Storage } from "../storage/storage.ts";
import { decodeContinue, encodeContinue } from "./continue-token.ts";
import { collectionPrefix, type Endpoint } from "./endpoint.ts";
import type { ListOptions } from "./list-options.ts";
import type { Registry } from "./registry.ts";
import { selectionOf, type Selection } from "./selection.ts";

/** What a list found, before anyone asks in which shape it is wanted. */
export interface ListResult {
  readonly records: readonly ObjectRecord[];
  /** The revision of the state that was read. */
  readonly revision: number;
  /** The token of the next page; "" on the last. */
  readonly continue: string;
  /** How many objects follow after this page; only where nothing but limit cut it. */
  readonly remaining: number | undefined;
}

/** Keys read from the store at a time, when a selector leaves few of them. */
const STORE_PAGE = 500;

/**
 * Lists a collection (concepts: API concepts, "Resource versions" and "Retrieving large results sets in chunks"). The
 * newest and any not-older-than state come from the watch cache; exact revisions and continued pages from the store's
 * history. Errors: StatusError 400, 410 where the revision was compacted, 504 where it lies in the future.
 */
export async function list(registry: Registry, endpoint: Endpoint, options: ListOptions): Promise<ListResult> {
  const selection = selectionOf(endpoint, options.labelSelector, options.fieldSelector);
  if (options.continue !== "") {
    const token = decodeContinue(options.continue);
    if (options.resourceVersion !== undefined && options.resourceVersion !== 0)
      throw badRequest("specifying resource version is not allowed when using continue");
    return fromStore(registry, endpoint, selection, options, token.revision > 0 ? token.revision : undefined, token.startKey);
  }
  const version = options.resourceVersion;
  const exact =
    options.resourceVersionMatch === "Exact" ||
    (options.resourceVersionMatch === "" && options.limit > 0 && version !== undefined && version > 0);
  if (exact) return fromStore(registry, endpoint, selection, options, version, "");
  await registry.caches.readable(endpoint.definition);
  return fromCache(registry, endpoint, selection, options);
}

async function fromCache(registry: Registry, endpoint: Endpoint, selection: Selection, options: ListOptions): Promise<ListResult> {
  const { definition, namespace } = endpoint;
  const version = options.resourceVersion;
  const cache = await registry.caches.current(definition, version);
  const prefix = collectionPrefix(definition, namespace);
  const end = prefixEnd(prefix);
  // Reads of whatever the cache holds (resourceVersion=0) are never cut: the original's cache knows no pages either.
  const limit = version === 0 ? 0 : options.limit;
  const records: ObjectRecord[] = [];
  if (selection.key !== undefined) {
    const record = cache.get(selection.key);
    if (record !== undefined && selection.matches(record)) records.push(record);
    return { records, revision: cache.revision, continue: "", remaining: undefined };
  }
  let more = false;
  cache.walk(prefix, end, (record) => {
    // Whether what follows matches is the next page's to find out, as in the original: that page may be empty.
    if (limit > 0 && records.length === limit) {
      more = true;
      return false;
    }
    if (!selection.everything && !selection.matches(record)) return true;
    records.push(record);
    return true;
  });
  if (!more) return { records, revision: cache.revision, continue: "", remaining: undefined };
  const startKey = `${(records.at(-1) as ObjectRecord).key.slice(prefix.length)}\0`;
  return {
    records,
    revision: cache.revision,
    continue: encodeContinue({ revision: cache.revision, startKey }),
    remaining: selection.everything ? cache.count(prefix, end) - records.length : undefined,
  };
}

async function fromStore(
  registry: Registry,
  endpoint: Endpoint,
  selection: Selection,
  options: ListOptions,
  at: number | undefined,
  startKey: string,
): Promise<ListResult> {
  const prefix = collectionPrefix(endpoint.definition, endpoint.namespace);
  const end = prefixEnd(prefix);
  const { limit } = options;
  const records: ObjectRecord[] = [];
  let start = prefix + startKey;
  let revision = at;
  let more = true;
  let remaining: number | undefined;
  while (more && (limit === 0 || records.length < limit)) {
    const want = selection.everything && limit > 0 ? limit - records.length : STORE_PAGE;
    const page = await readPage(
      registry.caches.storageOf(endpoint.definition),
      { start, end, limit: want, count: selection.everything && limit > 0, ...(revision === undefined ? {} : { revision }) },
      options,
    );
    revision ??= page.revision;
    more = page.more;
    const read = await registry.caches.records(endpoint.definition, page.items);
    for (const [index, record] of read.entries()) {
      start = `${record.key}\0`;
      if (!selection.matches(record)) continue;
      records.push(record);
      if (limit > 0 && records.length === limit) {
        more ||= index + 1 < page.items.length;
        break;
      }
    }
    if (page.count !== undefined) remaining = page.count - page.items.length;
  }
  const shown = revision ?? (await registry.caches.storageOf(endpoint.definition).currentRevision());
  if (!more) return { records, revision: shown, continue: "", remaining: undefined };
  return { records, revision: shown, continue: encodeContinue({ revision: shown, startKey: start.slice(prefix.length) }), remaining };
}

async function readPage(storage: Storage, request: RangeRequest, options: ListOptions): Promise<RangeResult> {
  try {
    return await storage.range(request);
  } catch (error) {
    if (!(error instanceof StorageError) || error.reason !== "compacted") throw error;
    if (options.continue === "") throw expired(`The resourceVersion for the provided list is too old.`);
    // The client may go on from the same place in the newest state, knowing that the pages then do not fit together.
    const { startKey } = decodeContinue(options.continue);
    throw expiredContinue(encodeContinue({ revision: -1, startKey }));
  }
}

function expiredContinue(token: string): Error {
  const error = expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
  return Object.assign(error, { status: { ...error.status, metadata: { continue: token } } });
}
