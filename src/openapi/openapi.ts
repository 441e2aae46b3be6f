import { stringifyJson } from "../codec/json-text.ts";
import { contentHash } from "../discovery/document.ts";
import { pageNotFound, textAnswer } from "../request/text-answer.ts";
import type { DocumentRequest } from "../discovery/documents.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { parseAccept } from "../request/negotiation-accept.ts";
import { customSchemas } from "./custom-schemas.ts";
import { mergeV2 } from "./merge-v2.ts";
import type { RemoteDocuments } from "./remote-documents.ts";
import { v2Protobuf } from "./v2-protobuf.ts";
import { v2Document } from "./v2.ts";
import { v3Protobuf } from "./v3-protobuf.ts";
import { v3Documents, type DocumentMaker, type OpenApiParts } from "./v3.ts";

const JSON_TYPE = "application/json";
const V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/** The name before a media type could not hold an @. */
const V2_PROTOBUF_OLD = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const V3_PROTOBUF = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
const V3_PROTOBUF_OLD = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";

/** A year: hashed addresses never change what they answer. */
const FOREVER_MS = 365 * 24 * 3600_000;

/** What the documents are made from, and what their hashes and headers say beside. */
interface OpenApiOptions extends Omit<OpenApiParts, "customs"> {
  /** Names this build of the server: hashes of documents that the tables make are made from it, not from the content. */
  readonly build: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly remotes?: RemoteDocuments;
}

/** Answers /openapi/v2 and /openapi/v3. Documents are made when they are first asked for, and again after the definitions changed. */
export class OpenApiDocuments {
  readonly #options: OpenApiOptions;
  #generation = -1;
  #parts: OpenApiParts;
  #documents: ReadonlyMap<string, DocumentMaker> = new Map();
  #bytes = new Map<string, Buffer>();
  #hashes = new Map<string, string>();
  #v2 = new Map<string, Promise<Buffer>>();
  /** What the documents of other servers were when `#v2` was made. */
  #v2Tag = "";

  constructor(options: OpenApiOptions) {
    this.#options = options;
    this.#parts = partsOf(options);
  }

  /** The paths that are listed at "/". */
  paths(): string[] {
    return ["/openapi/v2", "/openapi/v3", "/openapi/v3/"];
  }

  /** Undefined for any other path. Any method will do, as for the original. */
  async answer(request: DocumentRequest): Promise<ApiAnswer | undefined> {
    const { path } = request;
    if (!path.startsWith("/openapi/")) return undefined;
    this.#refresh();
    if (path === "/openapi/v2") return this.#v2Answer(request);
    if (path === "/openapi/v3" || path === "/openapi/v3/") return textAnswer(200, this.#index(), false);
    if (path.startsWith("/openapi/v3/")) return this.#v3Answer(request, path.slice("/openapi/v3/".length));
    return pageNotFound();
  }

  #refresh(): void {
    const { generation } = this.#options.definitions;
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#parts = partsOf(this.#options);
    this.#documents = v3Documents(this.#parts);
    this.#bytes = new Map();
    this.#hashes = new Map();
    this.#v2 = new Map();
  }

  #index(): string {
    const urls = new Map([...this.#documents.keys()].map((key) => [key, `/openapi/v3/${key}?hash=${this.#hash(key)}`]));
    for (const [key, url] of this.#options.remotes?.v3() ?? []) urls.set(key, url);
    const entries = [...urls].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, serverRelativeURL]) => [key, { serverRelativeURL }]);
    return JSON.stringify({ paths: Object.fromEntries(entries) });
  }

  /** The hash of a document: of its inputs where they say all, so that the index need not make every document. */
  #hash(key: string): string {
    let hash = this.#hashes.get(key);
    if (hash === undefined) {
      const inputs = this.#documents.get(key)?.inputs();
      hash = contentHash(inputs === undefined ? this.#v3Bytes(key) : `${this.#options.build}\n${this.#options.release}\n${key}\n${inputs}`);
      this.#hashes.set(key, hash);
    }
    return hash;
  }

  #v3Bytes(key: string, type = JSON_TYPE): Buffer {
    const name = `${key} ${type}`;
    let bytes = this.#bytes.get(name);
    if (bytes === undefined) {
      const json = stringifyJson(this.#documents.get(key)?.make() as unknown as ReadonlyJson);
      bytes = type === JSON_TYPE ? Buffer.from(json) : v3Protobuf(JSON.parse(json) as ReadonlyJsonObject);
      this.#bytes.set(name, bytes);
    }
    return bytes;
  }

  #v3Answer(request: DocumentRequest, key: string): ApiAnswer {
    if (!this.#documents.has(key)) return { status: 404, headers: {} };
    const type = acceptable(request, [
      [JSON_TYPE, JSON_TYPE],
      [V3_PROTOBUF, V3_PROTOBUF],
      [V3_PROTOBUF_OLD, V3_PROTOBUF],
    ]);
    if (type === undefined) return { status: 406, headers: { vary: "Accept" } };
    const hash = this.#hash(key);
    const asked = request.query.get("hash") ?? "";
    if (asked !== "" && asked !== hash) return { status: 301, headers: { location: `/openapi/v3/${key}?hash=${hash}`, vary: "Accept" } };
    const lasting = { "cache-control": "public, immutable", "expires": new Date(this.#options.clock() + FOREVER_MS).toUTCString() };
    const headers = { vary: "Accept", etag: `"${hash}"`, ...(asked === "" ? {} : lasting) };
    return matches(request, headers.etag) ? { status: 304, headers } : documentAnswer(this.#v3Bytes(key, type), type, headers);
  }

  async #v2Answer(request: DocumentRequest): Promise<ApiAnswer> {
    const vary = "Accept-Encoding, Accept";
    const type = acceptable(request, [
      [JSON_TYPE, JSON_TYPE],
      [V2_PROTOBUF, V2_PROTOBUF],
      [V2_PROTOBUF_OLD, V2_PROTOBUF],
    ]);
    if (type === undefined) return { status: 406, headers: { vary } };
    const { tag, documents } = (await this.#options.remotes?.v2()) ?? { tag: "", documents: [] };
    if (tag !== this.#v2Tag) this.#v2 = new Map();
    this.#v2Tag = tag;
    const hashes = [...this.#documents.keys()].map((key) => this.#hash(key));
    const headers = { vary, etag: `"${contentHash([type, ...hashes, tag].join("\n"))}"` };
    if (matches(request, headers.etag)) return { status: 304, headers };
    let bytes = this.#v2.get(type);
    if (bytes === undefined) {
      bytes = v2Document(this.#documents, this.#parts).then((own) => {
        const document = mergeV2(own, documents);
        return type === JSON_TYPE ? Buffer.from(stringifyJson(document as unknown as ReadonlyJson)) : v2Protobuf(document);
      });
      this.#v2.set(type, bytes);
    }
    return documentAnswer(await bytes, type, headers);
  }
}

/** What one generation of documents is made from. */
function partsOf(options: OpenApiOptions): OpenApiParts {
  return { ...options, customs: customSchemas(options.definitions) };
}

function documentAnswer(body: Buffer, type: string, headers: Readonly<Record<string, string>>): ApiAnswer {
  return { status: 200, headers: { "content-type": type, ...headers }, body, compressible: true };
}

function matches({ headers }: DocumentRequest, etag: string): boolean {
  return headers["if-none-match"] === etag;
}

/** The type to send: the client's best among the offers (type as it is asked for, type as it is named in the answer). */
function acceptable({ headers }: DocumentRequest, offers: readonly (readonly [string, string])[]): string | undefined {
  const header = headers["accept"];
  const text = header === undefined ? "" : typeof header === "string" ? header : header.join(",");
  for (const clause of parseAccept(text === "" ? "*/*" : text)) {
    for (const [asked, sent] of offers) {
      const [type, subtype] = asked.split("/");
      if ((clause.type === "*" || clause.type === type) && (clause.subtype === "*" || clause.subtype === subtype)) return sent;
    }
  }
  return undefined;
}
