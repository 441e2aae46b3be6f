import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { groupVersion } from "../object/kube-object.ts";
import { methodNotAllowed, unknownPath } from "../object/status.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { pageNotFound } from "../request/text-answer.ts";
import { CONTENT_TYPES, DISCOVERY_OFFER, negotiateDocument, type NegotiationInput } from "../request/negotiation.ts";
import { apiResourceList, apiVersionDiscovery, servedRows, type ServedRow } from "./api-resources.ts";
import { byGroupVersion, servedGroups, type DefinitionSource, type RemoteSource } from "./definition-source.ts";
import { indented, JsonDocument, type WriteProtobuf } from "./document.ts";
import { orderGroups, type GroupVersions } from "./group-order.ts";
import type { Standing } from "./standings.ts";

/** What discovery is made from. */
interface DiscoveryOptions {
  readonly definitions: DefinitionSource;
  readonly remotes?: RemoteSource;
  /** The order of groups and versions. */
  readonly standing: (group: string, version: string) => Standing;
  /** What /version says. */
  readonly version: ReadonlyJson;
  /** host:port that clients of all networks are told to use. */
  readonly serverAddress: () => string;
  /** How a document is written for clients that want protobuf. */
  readonly protobuf: WriteProtobuf;
  /** Paths beside those of the groups, listed at "/". */
  readonly otherPaths: () => Iterable<string>;
}

/** The parts of a request that discovery reads. */
export interface DocumentRequest extends NegotiationInput {
  readonly method: string;
  /** Percent-decoded. */
  readonly path: string;
}

const AGGREGATED_PARAMETERS = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Everything that tells clients what is served, made from the definitions when it is first asked for and after they changed. */
export class DiscoveryDocuments {
  readonly #options: DiscoveryOptions;
  #made: Documents | undefined;
  #generation = "";

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /**
   * Answers "/", /version, /api, /apis and what lies below down to a group version; undefined for any other path. Errors:
   * StatusError 404 for an unknown version, 405, 406.
   */
  answer(request: DocumentRequest): ApiAnswer | undefined {
    const { method, path } = request;
    if (path === "/") return this.#index();
    const segments = path.split("/").slice(1);
    if (segments.length > 1 && segments.at(-1) === "") segments.pop();
    const [prefix, ...rest] = segments;
    if (prefix === "version" && rest.length === 0) {
      requireGet(method);
      return jsonAnswer(indented(this.#options.version));
    }
    if (prefix === "api" && rest.length === 0) {
      requireGet(method);
      return rootAnswer(request, this.#documents.coreVersions, this.#documents.coreGroups, this.#options.protobuf);
    }
    if (prefix === "apis" && rest.length === 0)
      return rootAnswer(request, this.#documents.groupList, this.#documents.groups, this.#options.protobuf);
    if (prefix === "api" && rest.length === 1) return this.#version(request, "", rest[0] as string);
    if (prefix === "apis" && rest.length === 1) {
      const group = this.#documents.group(rest[0] as string);
      return group?.answer(negotiateDocument(request), this.#options.protobuf) ?? pageNotFound();
    }
    if (prefix === "apis" && rest.length === 2) return this.#version(request, rest[0] as string, rest[1] as string);
    return undefined;
  }

  #version(request: DocumentRequest, group: string, version: string): ApiAnswer {
    const documents = this.#documents;
    if (group !== "" && !documents.isOwn(group)) return pageNotFound();
    const resources = documents.resources(group, version);
    if (resources === undefined) throw unknownPath();
    requireGet(request.method);
    return resources.answer(negotiateDocument(request), this.#options.protobuf);
  }

  #index(): ApiAnswer {
    const paths = [...new Set([...this.#documents.paths, ...this.#options.otherPaths()])].sort();
    return jsonAnswer(indented({ paths }));
  }

  get #documents(): Documents {
    const { definitions, remotes } = this.#options;
    const generation = `${definitions.generation} ${remotes?.generation ?? 0}`;
    if (this.#made === undefined || this.#generation !== generation) {
      this.#made = new Documents(this.#options);
      this.#generation = generation;
    }
    return this.#made;
  }
}

/** The documents of one generation of the definitions. */
class Documents {
  readonly coreVersions: JsonDocument;
  readonly groupList: JsonDocument;
  /** What this server itself serves, by group version. */
  readonly #definitions: ReturnType<typeof byGroupVersion>;
  /** Groups that this server itself serves anything of. */
  readonly #ownGroups: ReadonlySet<string>;
  /** What other servers serve, by group version. */
  readonly #remote: ReadonlyMap<string, ReadonlyJsonObject>;
  readonly #order: readonly GroupVersions[];
  readonly #groups = new Map<string, JsonDocument>();
  readonly #resources = new Map<string, JsonDocument>();
  #aggregatedCore: JsonDocument | undefined;
  #aggregated: JsonDocument | undefined;

  constructor({ definitions, remotes, standing, serverAddress }: DiscoveryOptions) {
    this.#definitions = byGroupVersion(definitions);
    const served = servedGroups(definitions);
    this.#ownGroups = new Set(served.keys());
    const remote = [...(remotes?.remoteVersions() ?? [])];
    for (const { group, version } of remote) served.set(group, (served.get(group) ?? new Set()).add(version));
    this.#remote = new Map(remote.map(({ group, version, discovery }) => [groupVersion(group, version), discovery]));
    this.#order = orderGroups(served, standing);
    this.coreVersions = new JsonDocument({
      kind: "APIVersions",
      versions: this.#versions(""),
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: serverAddress() }],
    });
    const groups = this.#named.map(groupOf);
    this.groupList = new JsonDocument({ kind: "APIGroupList", apiVersion: "v1", groups });
    for (const group of groups) this.#groups.set(group.name, new JsonDocument({ kind: "APIGroup", apiVersion: "v1", ...group }));
  }

  /** APIGroupDiscoveryList of the core group, and of the others. */
  get coreGroups(): JsonDocument {
    this.#aggregatedCore ??= this.#discoveryList(this.#order.filter(({ name }) => name === ""));
    return this.#aggregatedCore;
  }

  get groups(): JsonDocument {
    this.#aggregated ??= this.#discoveryList(this.#named);
    return this.#aggregated;
  }

  group(name: string): JsonDocument | undefined {
    return this.#groups.get(name);
  }

  /** Whether this server itself serves anything of a group. */
  isOwn(group: string): boolean {
    return this.#ownGroups.has(group);
  }

  resources(group: string, version: string): JsonDocument | undefined {
    const key = groupVersion(group, version);
    if (!this.#definitions.has(key)) return undefined;
    let document = this.#resources.get(key);
    if (document === undefined) {
      document = new JsonDocument(apiResourceList(this.#rows(group, version), group, version) as unknown as ReadonlyJsonObject);
      this.#resources.set(key, document);
    }
    return document;
  }

  get paths(): string[] {
    const paths = ["/api", "/apis", "/apis/", "/version"];
    for (const { name, versions } of this.#order) {
      if (name !== "") paths.push(`/apis/${name}`);
      for (const version of versions) paths.push(name === "" ? `/api/${version}` : `/apis/${name}/${version}`);
    }
    return paths;
  }

  get #named(): readonly GroupVersions[] {
    return this.#order.filter(({ name }) => name !== "");
  }

  #versions(group: string): readonly string[] {
    return this.#order.find(({ name }) => name === group)?.versions ?? [];
  }

  #rows(group: string, version: string): ServedRow[] {
    return servedRows(this.#definitions.get(groupVersion(group, version)) ?? [], group, version);
  }

  #discoveryList(groups: readonly GroupVersions[]): JsonDocument {
    const items = groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: versions.map(
        (version) => this.#remote.get(groupVersion(name, version)) ?? apiVersionDiscovery(this.#rows(name, version), version),
      ),
    }));
    return new JsonDocument({
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items,
    } as unknown as ReadonlyJsonObject);
  }
}

function groupOf({ name, versions }: GroupVersions) {
  const described = versions.map((version) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: described, preferredVersion: described[0] as { groupVersion: string; version: string } };
}

/** /api and /apis: the aggregated form with an entity tag where the client asks for it, else the old one. */
function rootAnswer(request: DocumentRequest, plain: JsonDocument, aggregated: JsonDocument, protobuf: WriteProtobuf): ApiAnswer {
  const agreed = negotiateDocument(request, DISCOVERY_OFFER);
  if (agreed.transform === undefined) return plain.answer(agreed, protobuf);
  const headers = { "etag": aggregated.etag, "vary": "Accept", "cache-control": "public" };
  if (request.headers["if-none-match"] === aggregated.etag) return { status: 304, headers };
  const type = agreed.format === "yaml" ? {} : { "content-type": `${CONTENT_TYPES[agreed.format]}${AGGREGATED_PARAMETERS}` };
  return aggregated.answer(agreed, protobuf, { ...headers, ...type });
}

function jsonAnswer(body: Buffer): ApiAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

/** Paths that the original's router serves know GET alone; the group documents answer any method. */
function requireGet(method: string): void {
  if (method !== "GET") throw methodNotAllowed();
}
