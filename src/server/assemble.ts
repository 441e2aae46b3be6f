import { randomUUID } from "node:crypto";
import { readPluginConfigurations } from "../admission/configuration.ts";
import type { AdmissionFunction } from "../admission/in-process.ts";
import { makePlugins } from "../admission/plugins.ts";
import { issuerDocuments, KEYS_PATH } from "../authentication/service-account/issuer-documents.ts";
import { isAdmissionPluginOn } from "../config/admission-plugins.ts";
import type { Config } from "../config/config.ts";
import { dataDirectory } from "../config/data-files.ts";
import type { Listener } from "../http/listen.ts";
import { tokenRequest } from "../registry/actions/token-request.ts";
import { tokenReview } from "../registry/actions/token-review.ts";
import { systemClient, type SystemClient } from "../registry/system-client.ts";
import { behaviours } from "../resources/behaviours.ts";
import { builtinDefinitions } from "../resources/builtin.ts";
import { Definitions } from "../resources/definitions.ts";
import { loadResourceTables } from "../resources/tables.ts";
import { loadTypes } from "../schema/load.ts";
import { serviceResolver, type OwnResolver, type ServiceResolver } from "../webhook/service-address.ts";
import { prepareAggregation, type Aggregation } from "./aggregation.ts";
import { prepareAudit } from "./audit.ts";
import { prepareAuthentication, type Authentication } from "./authentication.ts";
import { prepareAuthorization } from "./authorization-modes.ts";
import { readBootstrapRoles, type BootstrapRoles } from "./bootstrap-rbac.ts";
import { prepareCertificates, type Certificates } from "./certificates.ts";
import { createControlPlane, type ControlPlane } from "./control-plane.ts";
import { readFlagFile } from "./data-dir.ts";
import { apiDocuments } from "./documents.ts";
import { healthChecks } from "./health-checks.ts";
import { labelSecret } from "./legacy-tokens.ts";
import type { ServerLog } from "./log.ts";
import { storesByPrefix, type Stores } from "./open-storage.ts";
import { pooledRandom } from "./random.ts";
import { ClockSkew } from "./replicas/clock-skew.ts";

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

/** What is known of a server only while it runs. */
export interface Running {
  listener: Listener | undefined;
  stopping: boolean;
}

/** The parts of a server, put together and not yet at work. */
export interface Assembled extends AsyncDisposable {
  readonly certificates: Certificates;
  readonly authentication: Authentication;
  readonly aggregation: Aggregation;
  readonly definitions: Definitions;
  readonly bootstrapRoles: BootstrapRoles;
  readonly resolveService: ServiceResolver;
  readonly skew: ClockSkew;
  readonly plane: ControlPlane;
}

/** Puts a server together from its configuration. Errors: StartupError saying what, where and what to do. */
export async function assemble(
  stores: Stores,
  config: Config,
  { admission = [], resolveService: ownResolver }: Embedding,
  log: ServerLog,
  running: Running,
): Promise<Assembled> {
  const client = (): SystemClient => systemClient(plane.registry);
  const certificates = await prepareCertificates(config, new Date());
  const authentication = await prepareAuthentication({
    config,
    ownClientCa: certificates.ownCa,
    lookup: (plural, namespace, name) => client().get({ group: "", plural }, namespace, name),
    labelSecret: async (secret, labels) =>
      labelSecret(client(), secret, labels).catch((error: unknown) =>
        log.warn({ err: error, secret: secret.metadata.name }, "the use of a service account token could not be noted"),
      ),
    log,
    clock: Date.now,
  });
  const data = dataDirectory();
  const types = loadTypes(data);
  const audit = await prepareAudit(config.audit, log);
  const eventTtlSeconds = Math.ceil(config.eventTtl / 1000);
  const definitions = new Definitions(builtinDefinitions({ types, tables: loadResourceTables(data), behaviours, eventTtlSeconds }));
  const bootstrapRoles = readBootstrapRoles(data);
  const configurations =
    config.admissionConfigFile === ""
      ? new Map()
      : await readPluginConfigurations(config.admissionConfigFile, (file) => readFlagFile("admission-control-config-file", file));
  const authorization = await prepareAuthorization(config, bootstrapRoles, log);
  const asked = { enable: config.enableAdmissionPlugins, disable: config.disableAdmissionPlugins };
  const skew = new ClockSkew(Date.now);
  const resolveService = serviceResolver(
    { get: (...key) => client().get(...key), list: (...key) => client().list(...key) },
    config.enableAggregatorRouting ? "endpoint" : "clusterIp",
    Math.random,
    ownResolver,
  );
  const aggregation = await prepareAggregation({ config, resolveService, ownResolver, log, clock: Date.now });
  const port = (): number => running.listener?.port ?? 0;
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
        cachesLoaded: () => plane.registry.caches.allStarted,
        clockFault: () => skew.fault(),
        stopping: () => running.stopping,
      }),
      serverAddress: () => `${config.advertiseAddress}:${port()}`,
      issuer: issuerDocuments({
        issuer: authentication.issuer.issuer,
        keys: authentication.accountKeys,
        keysUrl: () =>
          config.authentication.serviceAccounts.keysUrl ||
          `https://${config.externalHostname || config.advertiseAddress}:${port()}${KEYS_PATH}`,
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
  return {
    certificates,
    authentication,
    aggregation,
    definitions,
    bootstrapRoles,
    resolveService,
    skew,
    plane,
    async [Symbol.asyncDispose]() {
      aggregation[Symbol.dispose]();
      await authentication[Symbol.asyncDispose]();
      authorization[Symbol.dispose]();
      await audit[Symbol.asyncDispose]();
    },
  };
}
