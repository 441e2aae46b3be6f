import { createSecureContext } from "node:tls";
import { ApiServices } from "../aggregation/api-services.ts";
import { Availability } from "../aggregation/availability.ts";
import { OPENAPI_READER } from "../aggregation/aggregator-user.ts";
import { AggregatedOpenApi } from "../aggregation/open-api.ts";
import { CustomVersions } from "../aggregation/custom-versions.ts";
import { lookAtDiscovery } from "../aggregation/look-at-discovery.ts";
import { AggregationProxy } from "../aggregation/proxy.ts";
import { customRegistration } from "../aggregation/registration.ts";
import type { RemoteApi } from "../aggregation/remote-api.ts";
import type { RequestHeaderConfig } from "../config/authentication.ts";
import type { Config } from "../config/config.ts";
import type { Controller } from "../controllers/controller.ts";
import { errorText } from "../object/error-text.ts";
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS } from "../object/resource-ids.ts";
import type { ResourceRef } from "../object/status.ts";
import { StartupError } from "../object/startup-error.ts";
import type { RemoteTrust } from "../proxy/remote-server.ts";
import { definitionOf } from "../registry/endpoint.ts";
import type { Registry } from "../registry/registry.ts";
import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { SystemClient } from "../registry/system-client.ts";
import type { OwnResolver, ServiceResolver } from "../webhook/service-address.ts";
import { reloadedFile, type ReloadLog } from "./reloaded-file.ts";

interface AggregationParts {
  readonly config: Config;
  readonly resolveService: ServiceResolver;
  readonly ownResolver: OwnResolver | undefined;
  readonly log: ReloadLog;
  readonly clock: () => number;
}

/** The APIs of other servers, as one server shows them beside its own. */
export interface Aggregation extends Disposable {
  readonly apis: ApiServices;
  readonly proxy: AggregationProxy;
  readonly openApi: AggregatedOpenApi;
  /** Passes a request for an OpenAPI v3 document of another server on; undefined for any other. */
  openApiDocument(context: RequestContext): Promise<ApiAnswer> | undefined;
  /** Follows the API services that there are; gives the loops that keep those of custom resources and look whether servers answer. */
  start(registry: Registry, client: SystemClient): Promise<readonly Controller[]>;
  /** Looks at nobody any more; requests that are passed on go on until all is disposed of. */
  stop(): void;
}

const OPENAPI_V3 = "/openapi/v3/";

/** Errors: StartupError where the client certificate cannot be read. */
export async function prepareAggregation({ config, resolveService, ownResolver, log, clock }: AggregationParts): Promise<Aggregation> {
  const certificate = await clientCertificate(config.proxyClientFiles, log);
  const apis = new ApiServices(() => certificate?.current);
  const isIdentity = identityHeaderNames(config.authentication.requestHeader);
  const proxy = new AggregationProxy({ apis, resolveService, rejectRedirects: config.rejectForwardingRedirects, isIdentity, clock });
  const onFailure = (name: string, error: unknown): void =>
    log.warn({ err: error, apiService: name }, "whether it is available will be looked at again");
  const openApi = new AggregatedOpenApi(apis, resolveService, clock);
  const look = async (api: RemoteApi): Promise<void> => {
    const [isNew] = await Promise.all([lookAtDiscovery(api, resolveService), openApi.lookAtIndex(api)]);
    if (isNew) apis.changed();
  };
  let availability: Availability | undefined;
  return {
    apis,
    proxy,
    openApi,
    openApiDocument(context) {
      const { path } = context.info;
      const owner = path.startsWith(OPENAPI_V3) ? openApi.ownerOfV3(path.slice(OPENAPI_V3.length)) : undefined;
      return owner && proxy.pass(owner, context, OPENAPI_READER);
    },
    async start(registry, client) {
      const cacheOf = (resource: ResourceRef) => registry.caches.of(definitionOf(registry.definitions, resource));
      const custom = new CustomVersions();
      await Promise.all([apis.follow(cacheOf(API_SERVICES)), custom.follow(cacheOf(CUSTOM_RESOURCE_DEFINITIONS))]);
      const onAvailable = (api: RemoteApi): void => void look(api).catch((error: unknown) => onFailure(api.name, error));
      availability = new Availability({ apis, client, resolveService, ownResolver, clock, onAvailable, onFailure });
      return [availability.controller, customRegistration(custom, apis)];
    },
    stop: () => availability?.[Symbol.dispose](),
    [Symbol.dispose]() {
      availability?.[Symbol.dispose]();
      apis[Symbol.dispose]();
      certificate?.[Symbol.dispose]();
    },
  };
}

/** Headers by which servers behind this one, or this one itself, are told of users: only a proxy may say them. */
function identityHeaderNames(config: RequestHeaderConfig | undefined): (header: string) => boolean {
  const lower = (names: readonly string[] = []): string[] => names.map((name) => name.toLowerCase());
  const names = new Set([...lower(config?.userHeaders), ...lower(config?.uidHeaders), ...lower(config?.groupHeaders)]);
  const prefixes = lower(config?.extraPrefixes);
  return (header) => names.has(header) || prefixes.some((prefix) => header.startsWith(prefix));
}

type ClientCertificate = NonNullable<ReturnType<RemoteTrust["clientCertificate"]>>;

/** The pair of the flags, and the newest pair of its files that belongs together. */
async function clientCertificate(
  files: Config["proxyClientFiles"],
  log: ReloadLog,
): Promise<(Disposable & { readonly current: ClientCertificate }) | undefined> {
  if (files === undefined) return undefined;
  const read = (flag: string, path: string) => reloadedFile({ flag, path, parse: (text) => text, log });
  const cert = await read("proxy-client-cert-file", files.certFile);
  const key = await read("proxy-client-key-file", files.keyFile);
  let tried: ClientCertificate = { cert: cert.current, key: key.current };
  let current = tried;
  try {
    createSecureContext(tried);
  } catch (error) {
    throw new StartupError(
      `--proxy-client-cert-file: ${files.certFile}: ${errorText(error)}`,
      "name a certificate and its key, both in PEM",
    );
  }
  return {
    get current() {
      if (tried.cert === cert.current && tried.key === key.current) return current;
      tried = { cert: cert.current, key: key.current };
      try {
        createSecureContext(tried);
        current = tried;
      } catch (error) {
        log.warn({ file: files.certFile, reason: errorText(error) }, "--proxy-client-cert-file and its key do not belong together (yet)");
      }
      return current;
    },
    [Symbol.dispose]() {
      cert[Symbol.dispose]();
      key[Symbol.dispose]();
    },
  };
}
