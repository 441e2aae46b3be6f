import { copyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { notFound, StatusError, type ResourceRef } from "../object/status.ts";
import type { RequestContext, UserInfo } from "../request/context.ts";
import type { ApiRequest } from "../request/exchange.ts";
import { requestInfo, type RequestInfo } from "../request/info.ts";
import { prefixEnd } from "../storage/key-order.ts";
import { deleteOptions } from "./delete-options.ts";
import { remove } from "./delete.ts";
import { collectionPrefix, definitionOf, objectKey, ownEndpoint, type Endpoint } from "./endpoint.ts";
import { decodeObject } from "./decode-body.ts";
import { withOwners } from "./ownership.ts";
import { bodyType, createObject } from "./object-body.ts";
import type { Registry } from "./registry.ts";
import { update } from "./update.ts";
import { noWriteOptions } from "./write-options.ts";
import { writeTo, type Write } from "./write.ts";

/**
 * The server as a client of itself, without sockets or authorization: for what it sets up at start and for its loops.
 * Writes pass the same defaulting, admission and validation as anybody's.
 */
export interface SystemClient {
  /** The newest object, read-only; undefined where there is none. */
  get(resource: ResourceRef, namespace: string, name: string): Promise<KubeObject | undefined>;
  /** All objects of a namespace ("": of all), read-only. */
  list(resource: ResourceRef, namespace?: string): Promise<KubeObject[]>;
  /** Errors: StatusError, 409 where it exists. The argument is handed over. */
  create(resource: ResourceRef, object: KubeObject): Promise<KubeObject>;
  /** Creates it unless it exists, and gives what is there. */
  ensure(resource: ResourceRef, object: KubeObject): Promise<KubeObject>;
  /** Changes a copy of the newest object; `change` may be called again. Undefined from it: leave it as it is. */
  update(
    resource: ResourceRef,
    namespace: string,
    name: string,
    change: (object: KubeObject) => KubeObject | undefined,
    subresource?: string,
  ): Promise<KubeObject>;
  /** Errors: StatusError, 409 where it is not, or no longer, the object that `only` describes. */
  remove(resource: ResourceRef, namespace: string, name: string, only?: Preconditions): Promise<void>;
}

/** Which object is meant, where another may have come into its place. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** `name` is the field manager and the last part of the user's name: kube-apiserver. */
export function systemClient(registry: Registry, name = "kube-apiserver"): SystemClient {
  const user: UserInfo = { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] };
  const find = (resource: ResourceRef) => definitionOf(registry.definitions, resource);
  const endpoint = (resource: ResourceRef, namespace: string, objectName: string, subresource?: string): Endpoint =>
    ownEndpoint(registry.definitions, resource, namespace, objectName, subresource);
  const write = (target: Endpoint): Write => {
    const request = ownRequest(name);
    const context: RequestContext = {
      request,
      info: OWN_INFO,
      auditId: "",
      receivedAt: registry.clock(),
      user,
      warnings: new Set(),
      annotations: new Map(),
    };
    return writeTo(registry, target, context, noWriteOptions());
  };
  const client: SystemClient = {
    async get(resource, namespace, objectName) {
      const definition = find(resource);
      return (await registry.caches.current(definition)).get(objectKey(definition, namespace, objectName))?.object();
    },
    async list(resource, namespace = "") {
      const definition = find(resource);
      const objects: KubeObject[] = [];
      const prefix = collectionPrefix(definition, namespace);
      (await registry.caches.current(definition)).walk(prefix, prefixEnd(prefix), (record) => void objects.push(record.object()));
      return objects;
    },
    async create(resource, object) {
      const target = endpoint(resource, object.metadata.namespace ?? "", "");
      const decoded = decodeObject(object, bodyType(target), {
        validation: "Ignore",
        warn: () => {},
        refuse: (message) => new TypeError(message),
      });
      return (await createObject(write(target), decoded)).object();
    },
    async ensure(resource, object) {
      const { namespace = "", name: objectName = "" } = object.metadata;
      const existing = await client.get(resource, namespace, objectName);
      if (existing !== undefined) return existing;
      try {
        return await client.create(resource, object);
      } catch (error) {
        // Another replica was faster.
        if (!(error instanceof StatusError) || error.status.reason !== "AlreadyExists") throw error;
        const found = await client.get(resource, namespace, objectName);
        if (found === undefined) throw notFound(resource, objectName);
        return found;
      }
    },
    async update(resource, namespace, objectName, change, subresource) {
      const target = endpoint(resource, namespace, objectName, subresource);
      const own = write(target);
      const { record } = await update(own, {
        name: objectName,
        change: async (old) => {
          const updated = change(copyJson(old.object()));
          if (updated === undefined) return copyJson(old.object());
          return withOwners(own, old.object(), updated);
        },
      });
      return record.object();
    },
    async remove(resource, namespace, objectName, only) {
      const options = deleteOptions(only === undefined ? undefined : { preconditions: { ...only } });
      await remove(write(endpoint(resource, namespace, objectName)), objectName, options);
    },
  };
  return client;
}

const OWN_INFO = requestInfo("GET", "/") as RequestInfo;

/** The request that stands behind a write of the server's own. */
function ownRequest(userAgent: string): ApiRequest {
  return {
    method: "GET",
    target: "/",
    headers: { "user-agent": userAgent },
    peer: { address: "127.0.0.1", certificate: undefined },
    body: async () => Buffer.alloc(0),
    signal: new AbortController().signal,
  };
}
