import { setTimeout as sleep } from "node:timers/promises";
import { objectIn, stringIn } from "../object/read.ts";
import { partOfV2 } from "../openapi/merge-v2.ts";
import type { RemoteDocuments, RemoteV2 } from "../openapi/remote-documents.ts";
import type { ServiceResolver } from "../webhook/service-address.ts";
import { OPENAPI_READER } from "./aggregator-user.ts";
import { answeredObject } from "./answered-object.ts";
import type { ApiServices } from "./api-services.ts";
import { askApi } from "./ask-api.ts";
import type { RemoteApi } from "./remote-api.ts";

/** How old a v2 document may be before it is asked for again, when somebody asks for it here. */
const FRESH_MS = 60_000;
/** The same for one that could not be had. */
const RETRY_MS = 5000;
/** How long who asks waits for a document that was never had. */
const PATIENCE_MS = 2000;
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 << 20;

/** What is known of the v2 document of a server. */
interface KnownV2 {
  part: RemoteV2 | undefined;
  tag: string | undefined;
  /** Rises with each new content. */
  version: number;
  /** When it may be asked for again; 0: it never was. */
  nextAt: number;
  asking: Promise<void> | undefined;
}

/**
 * OpenAPI of other servers: where their v3 documents are is read as often as it is looked whether they answer, the
 * documents themselves when somebody wants them, and the v2 documents too.
 */
export class AggregatedOpenApi implements RemoteDocuments {
  readonly #apis: ApiServices;
  readonly #resolveService: ServiceResolver;
  readonly #clock: () => number;
  readonly #urls = new WeakMap<RemoteApi, { readonly url: string | undefined; readonly tag: string | undefined }>();
  readonly #v2 = new WeakMap<RemoteApi, KnownV2>();
  #versions = 0;

  constructor(apis: ApiServices, resolveService: ServiceResolver, clock: () => number) {
    this.#apis = apis;
    this.#resolveService = resolveService;
    this.#clock = clock;
  }

  v3(): ReadonlyMap<string, string> {
    const urls = new Map<string, string>();
    for (const api of this.#apis.remotes()) {
      const url = this.#urls.get(api)?.url;
      if (api.available && url !== undefined) urls.set(api.path.slice(1), url);
    }
    return urls;
  }

  /** Whose v3 document it is that the index lists under a key; undefined: this server's own, or nobody's. */
  ownerOfV3(key: string): RemoteApi | undefined {
    for (const api of this.#apis.remotes()) if (api.path.slice(1) === key && this.#urls.get(api)?.url !== undefined) return api;
    return undefined;
  }

  /** Reads where the v3 document of a server is. What cannot be read is left out. */
  async lookAtIndex(api: RemoteApi): Promise<void> {
    const known = this.#urls.get(api);
    try {
      const headers = known?.tag === undefined ? {} : { "If-None-Match": known.tag };
      const answer = await askApi(api, this.#resolveService, OPENAPI_READER, { target: "/openapi/v3", headers });
      if (answer.status === 304 && known !== undefined) return;
      const url = answer.status === 200 ? urlInIndex(answer.body, api.path.slice(1)) : undefined;
      this.#urls.set(api, { url, tag: answer.headers.etag });
    } catch {
      this.#urls.set(api, { url: undefined, tag: undefined });
    }
  }

  async v2(): Promise<{ readonly tag: string; readonly documents: readonly RemoteV2[] }> {
    const awaited: Promise<void>[] = [];
    const all: KnownV2[] = [];
    for (const api of this.#apis.remotes()) {
      if (!api.available) continue;
      const known = this.#knownOf(api);
      all.push(known);
      const isNew = known.nextAt === 0;
      if (known.asking === undefined && this.#clock() >= known.nextAt) known.asking = this.#ask(api, known);
      // Who never answered is waited for once, and not again by whoever comes next.
      if (isNew && known.asking !== undefined) awaited.push(known.asking);
    }
    if (awaited.length > 0) await Promise.race([Promise.all(awaited), sleep(PATIENCE_MS, undefined, { ref: false })]);
    const had = all.filter(({ part }) => part !== undefined);
    return { tag: had.map(({ version }) => version).join(" "), documents: had.map(({ part }) => part as RemoteV2) };
  }

  #knownOf(api: RemoteApi): KnownV2 {
    const known = this.#v2.get(api) ?? { part: undefined, tag: undefined, version: 0, nextAt: 0, asking: undefined };
    this.#v2.set(api, known);
    return known;
  }

  async #ask(api: RemoteApi, known: KnownV2): Promise<void> {
    known.nextAt = this.#clock() + FRESH_MS;
    try {
      const headers = { Accept: "application/json", ...(known.tag === undefined ? {} : { "If-None-Match": known.tag }) };
      const question = { target: "/openapi/v2", headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
      const answer = await askApi(api, this.#resolveService, OPENAPI_READER, question);
      if (answer.status === 304) return;
      known.tag = answer.headers.etag;
      known.part = answer.status === 200 ? partOfV2(api.path, answeredObject(answer.body)) : undefined;
      known.version = ++this.#versions;
    } catch {
      // What was known before is not worth less: it is told until the server says something else.
      known.nextAt = this.#clock() + RETRY_MS;
    } finally {
      known.asking = undefined;
    }
  }
}

/** The address in an index of OpenAPI v3 documents, where it is one below this index. */
function urlInIndex(body: Buffer, key: string): string | undefined {
  const paths = objectIn(answeredObject(body), "paths");
  if (!Object.hasOwn(paths, key)) return undefined;
  const url = stringIn(objectIn(paths, key), "serverRelativeURL");
  const own = `/openapi/v3/${key}`;
  return url === own || url.startsWith(`${own}?`) ? url : own;
}
