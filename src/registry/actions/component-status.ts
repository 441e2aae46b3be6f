import type { JsonObject } from "../../object/json.ts";
import { plainError } from "../../object/status.ts";
import { StorageError } from "../../storage/storage.ts";
import type { Action } from "../actions.ts";
import type { Registry } from "../registry.ts";

/** The name of the one component that this server is made of beside itself. */
const STORE = "etcd-0";

/**
 * The state of the control plane's components, as it was told before health checks (deprecated since v1.19): of the store
 * only; other components tell theirs themselves. Errors: StatusError 500 for a component that there is not.
 */
export const componentStatus: Action = async ({ registry, endpoint }) => {
  const store = { metadata: { name: STORE }, conditions: [await storeCondition(registry)] };
  if (endpoint.name === "") return { status: 200, value: { kind: "ComponentStatusList", apiVersion: "v1", metadata: {}, items: [store] } };
  if (endpoint.name !== STORE) throw plainError(`Component not found: ${endpoint.name}`);
  return { status: 200, value: { kind: "ComponentStatus", apiVersion: "v1", ...store } };
};

async function storeCondition({ storage }: Registry): Promise<JsonObject> {
  try {
    await storage.currentRevision();
    return { type: "Healthy", status: "True", message: "ok" };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { type: "Healthy", status: "False", error: error.message };
  }
}
