import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataFile, kubernetesVersion, packageRoot, packageVersion } from "../config/data-files.ts";
import { CONFIGURATION_PATH } from "../authentication/service-account/issuer-documents.ts";
import { DiscoveryDocuments } from "../discovery/documents.ts";
import { builtinStanding, CUSTOM_STANDING } from "../discovery/standings.ts";
import { HealthEndpoints, type HealthCheck, type HealthLog } from "../discovery/health.ts";
import { versionInfo, type ReleaseVersion } from "../discovery/version.ts";
import { OpenApiDocuments } from "../openapi/openapi.ts";
import { ProtobufBodies } from "../protobuf/bodies.ts";
import type { RequestContext } from "../request/context.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { Aggregation } from "./aggregation.ts";
import { loadDescriptions } from "../schema/descriptions.ts";
import type { TypeTable } from "../schema/load.ts";

interface DocumentOptions {
  readonly definitions: Definitions;
  readonly types: TypeTable;
  /** What other servers answer for. */
  readonly aggregation: Pick<Aggregation, "apis" | "openApi" | "openApiDocument">;
  readonly checks: readonly HealthCheck[];
  /** What relying parties of service account tokens read. */
  readonly issuer: (context: RequestContext) => Promise<ApiAnswer | undefined>;
  /** host:port that discovery tells clients. */
  readonly serverAddress: () => string;
  readonly log: HealthLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Answers the paths that are no resources: health, discovery, version, OpenAPI. */
export function apiDocuments({
  definitions,
  types,
  aggregation,
  checks,
  issuer,
  serverAddress,
  log,
  clock,
}: DocumentOptions): (context: RequestContext) => Promise<ApiAnswer | undefined> {
  const release = JSON.parse(readFileSync(dataFile("discovery.json"), "utf8")) as { version: ReleaseVersion };
  const { apis } = aggregation;
  const health = new HealthEndpoints(checks, log);
  const openApi = new OpenApiDocuments({
    definitions,
    types,
    descriptions: loadDescriptions(join(packageRoot(), "dist", `kubernetes-${kubernetesVersion}`, "descriptions.json")),
    release: `${release.version.major}.${release.version.minor}`,
    remotes: aggregation.openApi,
    build: packageVersion(),
    clock,
  });
  const bodies = new ProtobufBodies(types);
  const discovery = new DiscoveryDocuments({
    definitions,
    remotes: apis,
    standing: (group, version) =>
      apis.standing(group, version) ?? (definitions.isCustomGroup(group) ? CUSTOM_STANDING : builtinStanding(group, version)),
    version: versionInfo(release.version, process.platform, process.arch),
    serverAddress,
    protobuf: (value) => bodies.write(value),
    otherPaths: () => [...health.paths(), ...openApi.paths(), CONFIGURATION_PATH],
  });
  return async (context) => {
    const {
      request: { method, headers },
      info: { path, query },
    } = context;
    const request = { method, path, query, headers };
    return (
      (await health.answer(path, query)) ??
      discovery.answer(request) ??
      (await aggregation.openApiDocument(context)) ??
      (await openApi.answer(request)) ??
      issuer(context)
    );
  };
}
