import { bootstrapApiServices } from "../aggregation/registration.ts";
import { dataDirectory } from "../config/data-files.ts";
import type { Config } from "../config/config.ts";
import { systemClient } from "../registry/system-client.ts";
import type { Assembled } from "./assemble.ts";
import { bootstrapObjects } from "./bootstrap.ts";
import { bootstrapFlowControl, readBootstrapFlowControl } from "./bootstrap-flowcontrol.ts";
import { bootstrapRoles } from "./bootstrap-rbac.ts";
import { publishTracking } from "./legacy-tokens.ts";

/** As whom the server writes flow schemas and priority levels. */
const FLOW_CONTROL_PRODUCER = "api-priority-and-fairness-config-producer-v1";
/** As whom it tells of them in their status. */
export const FLOW_CONTROL_CONSUMER = "api-priority-and-fairness-config-consumer-v1";

/**
 * Writes what every cluster holds and this one does not yet; `publish` tells extension API servers by what they
 * authenticate. Errors: StatusError where admission refuses something.
 */
export async function writeClusterObjects(assembled: Assembled, config: Config, publish: () => Promise<void>): Promise<void> {
  const { registry } = assembled.plane;
  const client = systemClient(registry);
  await bootstrapObjects(client, config.serviceClusterIpRanges);
  await publish();
  await publishTracking(client, Date.now());
  await bootstrapRoles(client, assembled.bootstrapRoles);
  await bootstrapApiServices(client, assembled.definitions);
  await bootstrapFlowControl(systemClient(registry, FLOW_CONTROL_PRODUCER), readBootstrapFlowControl(dataDirectory()));
}
