import type { Controller } from "../controllers/controller.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { stringIn } from "../object/read.ts";
import { SECRETS } from "../object/resource-ids.ts";
import { dayOf } from "../object/timestamp.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { keepConfigMap, writeConfigMap } from "./kept-config-map.ts";

const NAME = "kube-apiserver-legacy-service-account-token-tracking";

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
  await writeConfigMap(client, NAME, (old): Record<string, string> => (isDay(stringIn(old, "since")) ? {} : { since: dayOf(now) }));
}

/** The loop that writes it again when somebody removes or changes it. */
export function keepTracking(clock: () => number): Controller {
  return keepConfigMap("legacy-token-tracking", NAME, (client) => publishTracking(client, clock()));
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text);
}
