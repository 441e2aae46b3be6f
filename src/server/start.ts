import { timestamp } from "../object/timestamp.ts";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { readPluginConfigurations } from "../admission/configuration.ts";
import type { AdmissionFunction } from "../admission/in-process.ts";
import { makePlugins } from "../admission/plugins.ts";
import { issuerDocuments, KEYS_PATH } from "../authentication/service-account/issuer-documents.ts";
import { isAdmissionPluginOn } from "../config/admission-plugins.ts";
import type { Config } from "../config/config.ts";
import { dataDirectory } from "../config/data-files.ts";
import { listen, type ListenerTls } from "../http/listen.ts";
import { hostPort } from "../object/ip.ts";
import { StartupError } from "../object/startup-error.ts";
import { controllers } from "../controllers/all.ts";
import { flowSchemaStatus } from "../controllers/flow-schema-status.ts";
import { runController, type Controller } from "../controllers/controller.ts";
import { customResourceDefinitions, serveEstablished } from "../controllers/custom-resource-definitions.ts";
import { CustomResources } from "../extensions/custom-resources.ts";
import { tokenRequest } from "../registry/actions/token-request.ts";
import { tokenReview } from "../registry/actions/token-review.ts";
import { systemClient } from "../registry/system-client.ts";
import { behaviours } from "../resources/behaviours.ts";
import { builtinDefinitions } from "../resources/builtin.ts";
import { Definitions } from "../resources/definitions.ts";
import { loadResourceTables } from "../resources/tables.ts";
import { loadTypes } from "../schema/load.ts";
import { HookTransport } from "../webhook/transport.ts";
import { serviceResolver, type OwnResolver } from "../webhook/service-address.ts";
import { prepareAggregation } from "./aggregation.ts";
import { prepareAudit } from "./audit.ts";
import { prepareAuthentication } from "./authentication.ts";
import { prepareAuthorization } from "./authorization-modes.ts";
import { bootstrapApiServices } from "../aggregation/registration.ts";
import { bootstrapObjects } from "./bootstrap.ts";
import { bootstrapFlowControl, readBootstrapFlowControl } from "./bootstrap-flowcontrol.ts";
import { bootstrapRoles, readBootstrapRoles } from "./bootstrap-rbac.ts";
import { clientAddress, prepareCertificates } from "./certificates.ts";
import { createControlPlane, type ControlPlane } from "./control-plane.ts";
import { prepareDirectory, readFlagFile } from "./data-dir.ts";
import { apiDocuments } from "./documents.ts";
import { healthChecks } from "./health-checks.ts";
import { keepPublished, publishAuthentication } from "./extension-authentication.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { openStores, storesByPrefix, type Stores } from "./open-storage.ts";
import { endpointReconciler } from "./replicas/endpoint-reconciler.ts";
import { ClockSkew } from "./replicas/clock-skew.ts";
import { joinReplicas } from "./replicas/replica.ts";
import { listenFault } from "./listen-fault.ts";
import { periodically } from "./periodic.ts";
import { untilDone } from "./until-done.ts";
import { pooledRandom } from "./random.ts";
import { serverLog } from "./log.ts";
import type { RunningServer } from "./running-server.ts";

/** What only a program that embeds a server can give it. */
export interface Embedding {
  /** Functions that see every write, where webhooks would. */
  readonly admission?: readonly AdmissionFunction[];
  /**
   * Says where services of webhooks and aggregated APIs are that the cluster's own services and endpoints do not tell of;
   * undefined: it does not know. What it throws counts as a service that cannot be reached.
   */
  readonly resolveService?: OwnResolver;
}

/** Requests in flight get this long to end when the server stops, in milliseconds. */
const DRAIN_MS = 3000;
/** How soon what a start could not write is tried again. */
const BOOTSTRAP_RETRY_MS = 5000;
/** How often the server sees to what all services hold: the original's interval. */
const SERVICE_REPAIR_MS = 3 * 60_000;

/**
 * Starts a server: certificates, store, control plane, listener, and the objects of a new cluster. Resolves when it
 * serves. Errors: StartupError saying what, where and what to do.
 */
export async function startServer(config: Config, embedding: Embedding = {}): Promise<RunningServer> {
  await prepareDirectory(config.dataDir);
  // First of all, since its lock keeps a second server away from everything in the directory.
  const log = serverLog();
  const stores = await openStores(config, (text) => log.warn({}, text));
  try {
    return await startOn(stores, config, embedding, log);
  } catch (error) {
    await stores[Symbol.asyncDispose]();
    throw error;
  }
}

/** As whom the server writes flow schemas and priority levels, and what it tells of them. */
const FLOW_CONTROL_PRODUCER = "api-priority-and-fairness-config-producer-v1";
const FLOW_CONTROL_CONSUMER = "api-priority-and-fairness-config-consumer-v1";

/** Starts a server on an open store, which is the server's to close once it has started. */
async function startOn(
  stores: Stores,
  config: Config,
  { admission = [], resolveService: ownResolver }: Embedding,
  log: ReturnType<typeof serverLog>,
): Promise<RunningServer> {
  const certificates = await prepareCertificates(config, new Date());
  const authentication = await prepareAuthentication({
    config,
    ownClientCa: certificates.ownCa,
    lookup: (plural, namespace, name) => systemClient(plane.registry).get({ group: "", plural }, namespace, name),
    log,
    clock: Date.now,
  });
  const data = dataDirectory();
  const types = loadTypes(data);
  const audit = await prepareAudit(config.audit, log);
  const eventTtlSeconds = Math.ceil(config.eventTtl / 1000);
  const definitions = new Definitions(builtinDefinitions({ types, tables: loadResourceTables(data), behaviours, eventTtlSeconds }));
  const bootstrap = readBootstrapRoles(data);
  const configurations =
    config.admissionConfigFile === ""
      ? new Map()
      : await readPluginConfigurations(config.admissionConfigFile, (file) => readFlagFile("admission-control-config-file", file));
  const authorization = await prepareAuthorization(config, bootstrap, log);
  const asked = { enable: config.enableAdmissionPlugins, disable: config.disableAdmissionPlugins };
  let closing: Promise<void> | undefined;
  const skew = new ClockSkew(Date.now);
  const resolveService = serviceResolver(
    {
      get: (...key) => systemClient(plane.registry).get(...key),
      list: (...key) => systemClient(plane.registry).list(...key),
    },
    config.enableAggregatorRouting ? "endpoint" : "clusterIp",
    Math.random,
    ownResolver,
  );
  const aggregation = await prepareAggregation({ config, resolveService, ownResolver, log, clock: Date.now });
  const plane: ControlPlane = createControlPlane({
    storage: stores.main,
    elsewhere: storesByPrefix(stores, definitions),
    storedAs: config.storedAs,
    definitions,
    types,
    settings: {
      allowPrivileged: config.allowPrivileged,
      nodePortRange: { from: config.serviceNodePortRange.first, to: config.serviceNodePortRange.last },
      serviceCidrs: config.serviceClusterIpRanges,
      eventTtlSeconds,
    },
    admissionPlugins: (parts) =>
      makePlugins(
        {
          ...parts,
          configurations,
          resolveService,
          tolerationSeconds: config.tolerationSeconds,
        },
        (name) => isAdmissionPluginOn(name, asked),
        admission,
      ),
    authenticate: authentication.authenticate,
    anonymous: authentication.anonymous,
    actions: [
      ["/serviceaccounts/token", tokenRequest(authentication.issuer)],
      ["authentication.k8s.io/tokenreviews", tokenReview(authentication.knowToken, authentication.apiAudiences)],
    ],
    explainAccess: config.explainAccess,
    authorizationModes: authorization.makeModes,
    passOn: (context) => aggregation.proxy.answer(context),
    documents: apiDocuments({
      definitions,
      types,
      aggregation,
      checks: healthChecks({
        storage: stores.main,
        overrides: [...new Set(stores.overrides.map(({ storage }) => storage))],
        timeouts: config.etcdTimeouts,
        cachesLoaded: () => plane.registry.cachesStarted,
        clockFault: () => skew.fault(),
        stopping: () => closing !== undefined,
      }),
      serverAddress: () => `${config.advertiseAddress}:${listener.port}`,
      issuer: issuerDocuments({
        issuer: authentication.issuer.issuer,
        keys: authentication.accountKeys,
        keysUrl: () =>
          config.authentication.serviceAccounts.keysUrl ||
          `https://${config.externalHostname || config.advertiseAddress}:${listener.port}${KEYS_PATH}`,
      }),
      log,
      clock: Date.now,
    }),
    requestTimeoutMs: config.limits.requestTimeout,
    minWatchSeconds: config.limits.minRequestTimeout / 1000,
    clock: Date.now,
    random: Math.random,
    randomBytes: pooledRandom(),
    uuid: randomUUID,
    audit: audit.auditor,
    onBug: (error, request) => log.error({ err: error, method: request.method, target: request.target }, "a request met a bug"),
    onFailure: (error, work) => log.warn({ err: error, work }, "the repair will make up for it"),
  });
  await plane.start();
  const client = systemClient(plane.registry);
  const failed = (work: string) => (error: unknown) => log.warn({ err: error, work }, "this will be tried again");
  const loops: AsyncDisposable[] = [];
  const publish = (): Promise<void> =>
    publishAuthentication(client, { ...authentication.authorities, requestHeader: config.authentication.requestHeader });
  // A webhook that refuses what a start writes must not keep out whoever could mend it.
  const clusterObjects = async (): Promise<void> => {
    await bootstrapObjects(client, config.serviceClusterIpRanges);
    await publish();
    await bootstrapRoles(client, bootstrap);
    await bootstrapApiServices(client, definitions);
    await bootstrapFlowControl(systemClient(plane.registry, FLOW_CONTROL_PRODUCER), readBootstrapFlowControl(data));
  };
  loops.push(await untilDone(clusterObjects, BOOTSTRAP_RETRY_MS, failed("the objects of every cluster")));
  const customResources = new CustomResources(plane.registry, {
    transport: new HookTransport(),
    resolveService,
  });
  await serveEstablished(customResources);
  // Clients only show certificates of authorities that are named to them.
  const tls = (): ListenerTls => ({
    cert: certificates.serving.certificate,
    key: certificates.serving.key,
    clientCa: authentication.authorities.client + authentication.authorities.proxy,
    minVersion: config.tlsMinVersion,
  });
  const aggregationLoops = await aggregation.start(plane.registry, client);
  const listener = await listen({
    handler: plane.handle,
    host: config.bindAddress,
    port: config.port,
    allowClients: config.allowClientCidrs,
    tls: tls(),
    limits: { streams: config.limits.streamsPerConnection },
    log,
  }).catch((error: unknown) => {
    throw listenFault(error, config.bindAddress, config.port);
  });
  authentication.onAuthorities(() => {
    listener.secure(tls());
    publish().catch(failed("telling extension API servers of other authorities"));
  });
  // A key that has to be made takes long: whoever needs it first waits for it, the start does not.
  void Promise.resolve(authentication.accountKeys()).catch((error: unknown) =>
    log.error({ err: error }, "no key for service account tokens"),
  );
  const own = { address: config.advertiseAddress, port: listener.port };
  const replica = await joinReplicas({
    registry: plane.registry,
    client,
    own,
    reconciler: endpointReconciler(config, own, plane.registry.storage),
    skew,
    ranges: config.serviceClusterIpRanges,
    host: hostname(),
    uuid: randomUUID(),
    clock: Date.now,
    onFailure: failed,
  });
  loops.push(replica);
  loops.push(await periodically(() => plane.serviceNetwork.repair(), SERVICE_REPAIR_MS, failed("the repair of the service network")));
  const run = async (controller: Controller, manager: string): Promise<void> => {
    const onFailure = (loop: string, key: string, error: unknown): void =>
      log.warn({ err: error, controller: loop, key }, "a controller will try again");
    loops.push(await runController(controller, { registry: plane.registry, client: systemClient(plane.registry, manager), onFailure }));
  };
  await run(keepPublished(publish), "kube-apiserver");
  for (const loop of aggregationLoops) await run(loop, "kube-apiserver");
  await run(flowSchemaStatus(Date.now), FLOW_CONTROL_CONSUMER);
  await run(
    customResourceDefinitions(customResources, () => timestamp(Date.now())),
    "kube-apiserver",
  );
  for (const name of config.controllers) {
    const make = controllers.get(name);
    if (make === undefined)
      throw new StartupError(`--controllers: there is no loop ${name}`, `name some of ${[...controllers.keys()].join(", ")}`);
    await run(make(definitions), name);
  }
  const address = clientAddress(config.bindAddress);
  const url = `https://${hostPort(address, listener.port)}`;
  const kubeconfigPath = join(config.dataDir, "admin.kubeconfig");
  await writeKubeconfig(kubeconfigPath, url, certificates);
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
      aggregation.stop();
      plane.close();
      await listener.close(DRAIN_MS);
      aggregation[Symbol.dispose]();
      await authentication[Symbol.asyncDispose]();
      authorization[Symbol.dispose]();
      await audit[Symbol.asyncDispose]();
      await stores[Symbol.asyncDispose]();
    })());
  return { url, kubeconfigPath, close, [Symbol.asyncDispose]: close };
}
