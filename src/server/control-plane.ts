import { admissionChain, type AdmissionPlugin } from "../admission/admission.ts";
import type { ClusterView } from "../admission/cluster-view.ts";
import type { PluginParts } from "../admission/plugins.ts";
import { systemClient } from "../registry/system-client.ts";
import { refusal } from "../authorization/forbidden.ts";
import type { Authenticator } from "../authentication/authenticator.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer, ApiRequest, Handler } from "../request/exchange.ts";
import { requestChain } from "../request/chain.ts";
import { bind } from "../registry/actions/binding.ts";
import { evict } from "../registry/actions/eviction.ts";
import { ActionHandlers } from "../registry/actions.ts";
import { Registry } from "../registry/registry.ts";
import { serveResource } from "../registry/serve.ts";
import type { StrategySettings } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { TypeTable } from "../schema/load.ts";
import type { Storage } from "../storage/storage.ts";

export interface ControlPlaneOptions {
  readonly storage: Storage;
  readonly definitions: Definitions;
  readonly types: TypeTable;
  readonly settings: StrategySettings;
  /** The plugins that are on, in their order; what they look up is handed in. */
  readonly admissionPlugins: (parts: PluginParts) => readonly AdmissionPlugin[];
  readonly authenticate: Authenticator;
  readonly anonymous: boolean;
  readonly authorize: Authorizer;
  /** Answers paths that are no resources: discovery, OpenAPI, health, version. Undefined: there is nothing there. */
  readonly documents: (context: RequestContext, registry: Registry) => Promise<ApiAnswer | undefined>;
  readonly clock: () => number;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly uuid: () => string;
  readonly onBug: (error: unknown, request: ApiRequest) => void;
}

/** All of the API's meaning over a store; knows nothing of sockets. */
export interface ControlPlane {
  readonly registry: Registry;
  /** Answers one request. */
  readonly handle: Handler;
  /** Ends all watches; requests under way finish. */
  close(): void;
}

/** What is no path at all: plain text, as the original's mux answers. */
const NOT_FOUND: ApiAnswer = {
  status: 404,
  headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  body: Buffer.from("404 page not found\n"),
};

/** Puts a control plane together from its parts. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { storage, definitions, types, settings, clock, random, randomBytes, authorize } = options;
  // Plugins look at the cluster through the registry that they guard.
  const view: ClusterView = { get: (...key) => client.get(...key), list: (...key) => client.list(...key) };
  const admission = admissionChain(options.admissionPlugins({ view, random: randomBytes }));
  const registry = new Registry({ storage, definitions, types, settings, clock, random, randomBytes, admission });
  const client = systemClient(registry);
  const resources = {
    registry,
    actions: new ActionHandlers([
      ["/bindings", bind],
      ["/pods/binding", bind],
      ["/pods/eviction", evict],
    ]),
    requireAlso: async (_: RequestContext, attributes: Parameters<Authorizer>[0]) => {
      const { decision, reason } = await authorize(attributes);
      if (decision !== "allow") throw refusal(attributes, reason);
    },
  };
  const handle = requestChain({
    authenticate: options.authenticate,
    anonymous: options.anonymous,
    authorize,
    clock,
    uuid: options.uuid,
    onBug: options.onBug,
    dispatch: async (context) => {
      const { info } = context;
      if (info.isResourceRequest && definitions.hasGroup(info.apiGroup, info.apiPrefix)) return serveResource(resources, context);
      return (await options.documents(context, registry)) ?? NOT_FOUND;
    },
  });
  return { registry, handle, close: () => registry.close() };
}
