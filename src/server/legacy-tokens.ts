import type { Controller } from "../controllers/controller.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { CONFIG_MAPS, SECRETS } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";

const PLACE = { namespace: "kube-system", name: "kube-apiserver-legacy-service-account-token-tracking" };

/** Puts labels onto a Secret, unless another one has come into its place. Errors: StatusError. */
export async function labelSecret(client: SystemClient, { metadata }: KubeObject, labels: Readonly<Record<string, string>>): Promise<void> {
  const { namespace = "", name = "", uid } = metadata;
  await client.update(SECRETS, namespace, name, (secret) =>
    secret.metadata.uid === uid
      ? { ...secret, metadata: { ...secret.metadata, labels: { ...secret.metadata.labels, ...labels } } }
      : undefined,
  );
}

/**
 * Writes the ConfigMap that says since when uses of tokens in Secrets are noted, for who removes unused ones (KEP-2799).
 * `now` in milliseconds.
 */
export async function publishTracking(client: SystemClient, now: number): Promise<void> {
  const data = { since: new Date(now).toISOString().slice(0, 10) };
  const found = await client.get(CONFIG_MAPS, PLACE.namespace, PLACE.name);
  if (found === undefined) {
    await client.ensure(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { ...PLACE }, data });
  } else if (!isDay(stringIn(objectIn(found, "data"), "since"))) {
    await client.update(CONFIG_MAPS, PLACE.namespace, PLACE.name, (object) => ({
      ...object,
      data: { ...objectIn(object, "data"), ...data },
    }));
  }
}

/** The loop that writes it again when somebody removes or changes it. */
export function keepTracking(clock: () => number): Controller {
  const own = `${PLACE.namespace}/${PLACE.name}`;
  return {
    name: "legacy-token-tracking",
    watches: [{ resource: CONFIG_MAPS, keys: (key) => (key === own ? [key] : []) }],
    reconcile: (_, client) => publishTracking(client, clock()),
  };
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text);
}
