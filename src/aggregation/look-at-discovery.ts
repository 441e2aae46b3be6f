import { equalJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { ServiceResolver } from "../webhook/service-address.ts";
import { AGGREGATOR } from "./aggregator-user.ts";
import { askApi } from "./ask-api.ts";
import type { RemoteApi } from "./remote-api.ts";
import { AGGREGATED_ACCEPT, isAggregated, versionInList, versionOfResources } from "./remote-discovery.ts";

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
