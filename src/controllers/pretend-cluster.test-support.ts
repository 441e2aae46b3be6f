import { copyJson, equalJson, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { SystemClient } from "../registry/system-client.ts";

/** Objects that a loop finds and changes, by plural/namespace/name, without a server. */
export interface PretendCluster {
  readonly client: SystemClient;
  /** How many writes changed something. */
  writes(): number;
  object(key: string): KubeObject | undefined;
}

/** A cluster of objects for tests of loops. */
export function pretendCluster(objects: Readonly<Record<string, JsonObject>>): PretendCluster {
  const stored = new Map(Object.entries(objects).map(([key, object]) => [key, kubeObject(key.split("/").at(-1) ?? "", object)]));
  let writes = 0;
  const client: Partial<SystemClient> = {
    get: async ({ plural }, namespace, name) => stored.get(`${plural}/${namespace}/${name}`),
    list: async ({ plural }, namespace = "") =>
      [...stored].filter(([key]) => key.startsWith(`${plural}/${namespace}`)).map(([, one]) => one),
    update: async ({ plural }, namespace, name, change) => {
      const key = `${plural}/${namespace}/${name}`;
      const before = stored.get(key) ?? kubeObject(name, {});
      const changed = change(copyJson(before) as KubeObject);
      // As the real client: what changes nothing is not written.
      if (changed === undefined || equalJson(changed, before)) return before;
      writes++;
      stored.set(key, changed);
      return changed;
    },
  };
  return { client: client as SystemClient, writes: () => writes, object: (key) => stored.get(key) };
}

function kubeObject(name: string, object: JsonObject): KubeObject {
  const metadata = { name, ...(object["metadata"] as JsonObject | undefined) };
  return { apiVersion: "v1", kind: "X", ...object, metadata } as unknown as KubeObject;
}
