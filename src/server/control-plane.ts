import { admissionChain, type AdmissionPlugin } from "../admission/admission.ts";
import type { PluginParts } from "../admission/plugins.ts";
import { systemClient, type SystemClient } from "../registry/system-client.ts";
import { refusal } from "../authorization/forbidden.ts";
import type { Authenticator } from "../authentication/authenticator.ts";
import { authorizationChain, type AuthorizationAttributes, type AuthorizationMode, type Authorizer } from "../authorization/authorizer.ts";
import { privilegedGroup } from "../authorization/privileged.ts";
import { deviceClaimGuard } from "../admission/guards/device-claims.ts";
import { escalationGuard } from "../admission/guards/escalation.ts";
import { policyParameterGuard } from "../admission/guards/policy-parameters.ts";
import { explainAccess } from "../authorization/rbac/explain.ts";
import { followRoles } from "../authorization/rbac/follow-roles.ts";
import { followNodes } from "../authorization/node/follow-nodes.ts";
import { NodeGraph } from "../authorization/node/node-graph.ts";
import type { NodeModeParts } from "../authorization/node/node.ts";
import { RbacIndex } from "../authorization/rbac/rbac-index.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import type { Auditor } from "../request/audit-stage.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer, ApiRequest, Handler } from "../request/exchange.ts";
import { PlainFault } from "../request/fault-answer.ts";
import { pageNotFound } from "../request/text-answer.ts";
import { requestChain } from "../request/chain.ts";
import { coreActions } from "../registry/actions/core-actions.ts";
import { accessReviews } from "../registry/actions/access-review.ts";
import { selfSubjectReview } from "../registry/actions/self-subject-review.ts";
import { ActionHandlers, type Action } from "../registry/actions.ts";
import { definitionOf } from "../registry/endpoint.ts";
import { Registry } from "../registry/registry.ts";
import { serviceNetwork, type ServiceNetwork } from "../registry/service-network/service-network.ts";
import { isMisplaced, isResourcePath } from "../registry/resolve.ts";
import { serveResource } from "../registry/serve.ts";
import type { StrategySettings } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { TypeTable } from "../schema/load.ts";
import type { ResourceCache } from "../storage/cache/resource-cache.ts";
import { StoredValues, type StoredValuesOptions } from "../storage/stored-values.ts";
import type { Storage } from "../storage/storage.ts";
import { storedForms } from "./stored-forms.ts";

/** The parts of a control plane. */
export interface ControlPlaneOptions {
  readonly storage: Storage;
  /** Stores of single resources, by the prefix of their keys. */
  readonly elsewhere?: ReadonlyMap<string, Storage>;
  /** In which form values of built-in kinds are written; both are read. */
  readonly storedAs?: "json" | "protobuf";
  readonly definitions: Definitions;
  readonly types: TypeTable;
  readonly settings: StrategySettings;
  /** The plugins that are on, in their order; what they look up is handed in. */
  readonly admissionPlugins: (parts: Omit<PluginParts, "configurations" | "resolveService">) => readonly AdmissionPlugin[];
  readonly authenticate: Authenticator;
  readonly anonymous: (path: string) => boolean;
  /** Creates that act instead of storing and need more than the registry, by group/plural or group/plural/subresource. */
  readonly actions: Iterable<readonly [string, Action]>;
  /** The modes of authorization, in their order; what they look up is handed in. */
  readonly authorizationModes: (parts: AuthorizationParts) => readonly AuthorizationMode[];
  /** Reviews of one's own access say which rule decided, or what came nearest. */
  readonly explainAccess?: boolean;
  /** Answers paths that are no resources: discovery, OpenAPI, health, version. Undefined: there is nothing there. */
  readonly documents: (context: RequestContext, registry: Registry) => Promise<ApiAnswer | undefined>;
  /** Passes requests for group versions of other servers on; undefined for a request that is this server's. */
  readonly passOn?: (context: RequestContext) => Promise<ApiAnswer> | undefined;
  /** How long a request other than a watch may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long a watch without timeoutSeconds lasts at least, in seconds. */
  readonly minWatchSeconds: number;
  readonly clock: () => number;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly uuid: () => string;
  /** Undefined: nothing is audited. */
  readonly audit?: Auditor | undefined;
  readonly onBug: (error: unknown, request: ApiRequest) => void;
  /** Told of work beside requests that failed and will be made up for. */
  readonly onFailure: (error: unknown, work: string) => void;
}

/** What modes of authorization are made from. */
export interface AuthorizationParts {
  readonly roles: RbacIndex;
  readonly nodes: Pick<NodeModeParts, "graph" | "loadGraph">;
}

/** All of the API's meaning over a store; knows nothing of sockets. */
export interface ControlPlane {
  readonly registry: Registry;
  /** The addresses and node ports of services. */
  readonly serviceNetwork: ServiceNetwork;
  /** Answers one request. */
  readonly handle: Handler;
  /** Loads what is answered and decided from memory. Before this, nothing may be asked. Errors: StorageError. */
  start(): Promise<void>;
  /** Ends all watches; requests under way finish. */
  close(): void;
}

const RBAC = "rbac.authorization.k8s.io";

/** Puts a control plane together from its parts. */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { definitions, types, settings, clock, random, randomBytes } = options;
  const bodies = new ProtobufBodies(types);
  const values: StoredValuesOptions = {
    bodies,
    forms: storedForms(definitions, types),
    writes: options.storedAs ?? "json",
    objectOf: (value) => registry.caches.written(value),
  };
  const storage = new StoredValues(options.storage, values);
  const elsewhere = new Map([...(options.elsewhere ?? [])].map(([prefix, store]) => [prefix, new StoredValues(store, values)]));
  const roles = new RbacIndex();
  const graph = new NodeGraph();
  const cacheOf = (group: string, plural: string): ResourceCache => registry.caches.of(definitionOf(definitions, { group, plural }));
  const loadGraph = () => followNodes(graph, cacheOf);
  const authorization = authorizationChain([privilegedGroup, ...options.authorizationModes({ roles, nodes: { graph, loadGraph } })]);
  const { authorize } = authorization;
  const explain = (asked: AuthorizationAttributes): string =>
    explainAccess(roles, asked)
      .lines.map((line) => `RBAC: ${line}`)
      .join("\n");
  // Plugins look at the cluster through the registry that they guard, and services take their addresses through it.
  const client: SystemClient = {
    get: (...args) => own.get(...args),
    list: (...args) => own.list(...args),
    create: (...args) => own.create(...args),
    ensure: (...args) => own.ensure(...args),
    update: (...args) => own.update(...args),
    remove: (...args) => own.remove(...args),
  };
  const network = serviceNetwork({
    storage,
    settings,
    clock,
    random,
    randomBytes,
    client,
    onFailure: (error) => options.onFailure(error, "giving back what a service held"),
  });
  const admission = admissionChain([
    policyParameterGuard(client, authorize, definitions),
    deviceClaimGuard(client, authorize),
    ...options.admissionPlugins({
      view: client,
      random: randomBytes,
      authorize,
      client,
      registry: () => registry,
      clock,
    }),
    escalationGuard(roles, authorize),
  ]);
  const reservers = new Map([["/Service", network]]);
  const registry = new Registry({
    storage,
    elsewhere,
    definitions,
    types,
    settings,
    clock,
    random,
    randomBytes,
    minWatchSeconds: options.minWatchSeconds,
    admission,
    reservers,
  });
  const own = systemClient(registry);
  const resources = {
    registry,
    actions: new ActionHandlers([
      ...coreActions,
      ...accessReviews(authorization, options.explainAccess === true ? explain : undefined),
      ["authentication.k8s.io/selfsubjectreviews", selfSubjectReview],
      ...options.actions,
    ]),
    requireAlso: async (_: RequestContext, attributes: Parameters<Authorizer>[0], refuse = refusal) => {
      const { decision, reason, error } = await authorize(attributes);
      if (decision === "allow") return;
      throw error === undefined ? refuse(attributes, reason) : new PlainFault(error);
    },
  };
  const handle = requestChain({
    authenticate: options.authenticate,
    anonymous: options.anonymous,
    authorize,
    requestTimeoutMs: options.requestTimeoutMs,
    clock,
    uuid: options.uuid,
    audit: options.audit,
    onBug: options.onBug,
    statusProtobuf: (status) => bodies.write({ ...status } as unknown as ReadonlyJsonObject),
    nowhere: (info) => (info.isResourceRequest && isMisplaced(definitions, info) ? pageNotFound() : undefined),
    dispatch: async (context) => {
      const { info } = context;
      const passed = options.passOn?.(context);
      if (passed !== undefined) return passed;
      if (info.isResourceRequest && isResourcePath(definitions, info)) return serveResource(resources, context);
      return (await options.documents(context, registry)) ?? pageNotFound();
    },
  });
  return {
    registry,
    serviceNetwork: network,
    handle,
    async start() {
      await registry.caches.startAll();
      await followRoles(roles, {
        Role: cacheOf(RBAC, "roles"),
        ClusterRole: cacheOf(RBAC, "clusterroles"),
        RoleBinding: cacheOf(RBAC, "rolebindings"),
        ClusterRoleBinding: cacheOf(RBAC, "clusterrolebindings"),
      });
    },
    close: () => registry.close(),
  };
}
