import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { serveEstablished } from "../controllers/custom-resource-definitions.ts";
import { CustomResources } from "../extensions/custom-resources.ts";
import { listen, type ListenerTls } from "../http/listen.ts";
import { hostPort } from "../object/ip.ts";
import { systemClient } from "../registry/system-client.ts";
import { HookTransport } from "../webhook/transport.ts";
import { assemble, type Assembled, type Embedding, type Running } from "./assemble.ts";
import { clientAddress } from "./certificates.ts";
import { writeClusterObjects } from "./cluster-objects.ts";
import { prepareDirectory } from "./data-dir.ts";
import { publishAuthentication } from "./extension-authentication.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { listenFault } from "./listen-fault.ts";
import { serverLog, type ServerLog } from "./log.ts";
import { runLoops } from "./loops.ts";
import { openStores } from "./open-storage.ts";
import { periodically } from "./periodic.ts";
import { endpointReconciler } from "./replicas/endpoint-reconciler.ts";
import { joinReplicas } from "./replicas/replica.ts";
import type { RunningServer } from "./running-server.ts";
import { untilDone } from "./until-done.ts";

export type { Embedding } from "./assemble.ts";

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
  const running: Running = { listener: undefined, stopping: false };
  let assembled: Assembled;
  try {
    assembled = await assemble(stores, config, embedding, log, running);
  } catch (error) {
    await stores[Symbol.asyncDispose]();
    throw error;
  }
  const { plane, aggregation } = assembled;
  const loops: AsyncDisposable[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      running.stopping = true;
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
      aggregation.stop();
      plane.close();
      await running.listener?.close(DRAIN_MS);
      await assembled[Symbol.asyncDispose]();
      await stores[Symbol.asyncDispose]();
    })());
  try {
    const reached = await serve({ assembled, config, log, running, loops });
    return { ...reached, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a start has, and where it puts what it opens, so that all of it is closed whatever becomes of the start. */
interface Starting {
  readonly assembled: Assembled;
  readonly config: Config;
  readonly log: ServerLog;
  readonly running: Running;
  readonly loops: AsyncDisposable[];
}

/** Sets a server to work: the objects of a cluster, the listener, the loops, the kubeconfig. */
async function serve({ assembled, config, log, running, loops }: Starting): Promise<Pick<RunningServer, "url" | "kubeconfigPath">> {
  const { plane, certificates, authentication, aggregation, resolveService, skew } = assembled;
  await plane.start();
  const client = systemClient(plane.registry);
  const failed = (work: string) => (error: unknown) => log.warn({ err: error, work }, "this will be tried again");
  const publish = (): Promise<void> =>
    publishAuthentication(client, { ...authentication.authorities, requestHeader: config.authentication.requestHeader });
  // A webhook that refuses what a start writes must not keep out whoever could mend it.
  const clusterObjects = (): Promise<void> => writeClusterObjects(assembled, config, publish);
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
  running.listener = listener;
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
  loops.push(...(await runLoops({ assembled, customResources, aggregationLoops, publish, asked: config.controllers, log })));
  const address = clientAddress(config.bindAddress);
  const url = `https://${hostPort(address, listener.port)}`;
  const kubeconfigPath = join(config.dataDir, "admin.kubeconfig");
  await writeKubeconfig(kubeconfigPath, url, certificates);
  return { url, kubeconfigPath };
}
