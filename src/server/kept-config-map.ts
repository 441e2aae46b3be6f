import type { Controller } from "../controllers/controller.ts";
import { equalJson, structIn, type ReadonlyJsonObject } from "../object/json.ts";
import { objectIn } from "../object/read.ts";
import { CONFIG_MAPS } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";

const NAMESPACE = "kube-system";

/**
 * Writes members of a ConfigMap of kube-system: those that `wanted` makes of the data that is there. What else is there
 * stays. Errors: StatusError.
 */
export async function writeConfigMap(
  client: SystemClient,
  name: string,
  wanted: (old: ReadonlyJsonObject) => Readonly<Record<string, string>>,
): Promise<void> {
  const found = await client.get(CONFIG_MAPS, NAMESPACE, name);
  const old = objectIn(found ?? {}, "data");
  const data = wanted(old);
  if (found === undefined) {
    await client.ensure(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: NAMESPACE, name }, data: { ...data } });
  } else if (!equalJson(old, { ...old, ...data })) {
    await client.update(CONFIG_MAPS, NAMESPACE, name, (object) => {
      Object.assign(structIn(object, "data"), data);
      return object;
    });
  }
}

/** The loop that writes one again when somebody removes or changes it. `loop` is the loop's name. */
export function keepConfigMap(loop: string, name: string, write: (client: SystemClient) => Promise<void>): Controller {
  const own = `${NAMESPACE}/${name}`;
  return {
    name: loop,
    watches: [{ resource: CONFIG_MAPS, keys: (key) => (key === own ? [key] : []) }],
    reconcile: (_, client) => write(client),
  };
}
