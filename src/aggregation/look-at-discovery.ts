import { hostPort } from "../object/ip.ts";
import { equalJson, type ReadonlyJsonObject } from "../object/json.ts";
import { ask, type Question, type WholeAnswer } from "../proxy/ask.ts";
import type { UserInfo } from "../request/context.ts";
import type { ServiceResolver } from "../webhook/service-address.ts";
import { AGGREGATOR } from "./aggregator-user.ts";
import { identityHeaders } from "./identity-headers.ts";
import type { RemoteApi } from "./remote-api.ts";
import { AGGREGATED_ACCEPT, isAggregated, versionInList, versionOfResources } from "./remote-discovery.ts";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 8 << 20;

/** Asks the server of a group version something as one of its own users, through what the proxy would send. */
export async function askApi(
  api: RemoteApi,
  resolveService: ServiceResolver,
  user: UserInfo,
  question: Partial<Question> & Pick<Question, "target">,
): Promise<WholeAnswer> {
  const address = await resolveService(api.spec.service);
  return ask(api.server, address, {
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    ...question,
    headers: {
      ...identityHeaders(user),
      "X-Forwarded-Host": hostPort(address.host, address.port),
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Uri": question.target,
      ...question.headers,
    },
  });
}

/**
 * Reads what a server says of its group version: from its aggregated discovery, else from the group version's own list.
 * True: that is different now.
 */
export async function lookAtDiscovery(api: RemoteApi, resolveService: ServiceResolver): Promise<boolean> {
  const before = { discovery: api.discovery, discovered: api.discovered };
  try {
    const said = await read(api, resolveService);
    if (said !== undefined) api.discovery = said;
    api.discovered = true;
  } catch {
    // Told as stale, with what was known before.
    api.discovered = false;
  }
  return api.discovered !== before.discovered || !equalJson(api.discovery, before.discovery);
}

/** Undefined: as it was. Errors: Error where nothing can be read. */
async function read(api: RemoteApi, resolveService: ServiceResolver): Promise<ReadonlyJsonObject | undefined> {
  const tag = api.discoveryTag;
  const list = await askApi(api, resolveService, AGGREGATOR, {
    target: "/apis",
    headers: { Accept: AGGREGATED_ACCEPT, ...(tag === undefined ? {} : { "If-None-Match": tag }) },
  });
  if (list.status === 304 && tag !== undefined) return undefined;
  if (list.status === 200 && isAggregated(list.headers["content-type"] ?? "")) {
    const said = versionInList(list.body, api.group, api.version);
    api.discoveryTag = list.headers.etag;
    return said ?? { version: api.version };
  }
  api.discoveryTag = undefined;
  if (list.status === 503) throw new Error("503");
  const own = await askApi(api, resolveService, AGGREGATOR, { target: api.path, headers: { Accept: "application/json" } });
  if (own.status !== 200) throw new Error(`status ${own.status}`);
  return versionOfResources(own.body, api.version);
}
