import type { RequestHeaderConfig } from "../config/authentication.ts";
import type { Controller } from "../controllers/controller.ts";
import { equalJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, stringIn } from "../object/read.ts";
import { CONFIG_MAPS } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { certificateBlocks } from "./certificates.ts";

const PLACE = { namespace: "kube-system", name: "extension-apiserver-authentication" };

/** What API servers behind this one need to tell users apart as it does. */
interface PublishedAuthentication {
  /** PEM of the authorities of client certificates. */
  readonly client: string;
  /** PEM of the front proxy's, and how it names users. */
  readonly proxy: string;
  readonly requestHeader: RequestHeaderConfig | undefined;
}

/**
 * Writes the ConfigMap by which extension API servers authenticate (tasks/extend-kubernetes/configure-aggregation-layer).
 * Authorities that other replicas have written stay.
 */
export async function publishAuthentication(client: SystemClient, published: PublishedAuthentication): Promise<void> {
  const found = await client.get(CONFIG_MAPS, PLACE.namespace, PLACE.name);
  const old = found === undefined ? {} : objectIn(found, "data");
  const { client: clientCa, proxy: proxyCa, requestHeader } = published;
  const list = (values: readonly string[]): string => JSON.stringify(values);
  const data: Record<string, string> = {
    "client-ca-file": merged(stringIn(old, "client-ca-file"), clientCa),
    ...(requestHeader === undefined
      ? {}
      : {
          "requestheader-allowed-names": list(requestHeader.allowedNames),
          "requestheader-client-ca-file": merged(stringIn(old, "requestheader-client-ca-file"), proxyCa),
          "requestheader-extra-headers-prefix": list(requestHeader.extraPrefixes),
          "requestheader-group-headers": list(requestHeader.groupHeaders),
          "requestheader-uid-headers": list(requestHeader.uidHeaders),
          "requestheader-username-headers": list(requestHeader.userHeaders),
        }),
  };
  const all = { ...old, ...data };
  if (found === undefined) {
    const object: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...PLACE }, data };
    await client.ensure(CONFIG_MAPS, object);
  } else if (!equalJson(old, all)) {
    await client.update(CONFIG_MAPS, PLACE.namespace, PLACE.name, (object) => ({
      ...object,
      data: { ...objectIn(object, "data"), ...data } as KubeObject["data"],
    }));
  }
}

/** The loop that writes it again when somebody removes or changes it. */
export function keepPublished(publish: () => Promise<void>): Controller {
  const own = `${PLACE.namespace}/${PLACE.name}`;
  return {
    name: "cluster-authentication-trust",
    watches: [{ resource: CONFIG_MAPS, keys: (key) => (key === own ? [key] : []) }],
    reconcile: publish,
  };
}

/** The certificates of two bundles, each once. */
function merged(old: string, own: string): string {
  return [...new Set(certificateBlocks(`${old}\n${own}`))].map((block) => `${block}\n`).join("");
}
