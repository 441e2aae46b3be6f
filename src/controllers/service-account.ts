import { StatusError } from "../object/status.ts";
import { SERVICE_ACCOUNTS, NAMESPACES } from "../object/resource-ids.ts";
import type { Controller } from "./controller.ts";

/** Every namespace that stays has a service account `default` (concepts/security/service-accounts). */
export const serviceAccountController: Controller = {
  name: "serviceaccount",
  watches: [
    { resource: NAMESPACES, keys: (name) => [name] },
    { resource: SERVICE_ACCOUNTS, keys: (key) => [key.split("/", 1)[0] as string] },
  ],
  async reconcile(namespace, client) {
    const found = await client.get(NAMESPACES, "", namespace);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
    try {
      await client.ensure(SERVICE_ACCOUNTS, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
    } catch (error) {
      // The namespace went away meanwhile.
      if (!(error instanceof StatusError) || (error.status.code !== 404 && error.status.code !== 403)) throw error;
    }
  },
};
