import type { RequestHeaderConfig } from "../config/authentication.ts";
import type { Controller } from "../controllers/controller.ts";
import { stringIn } from "../object/read.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { certificateBlocks } from "./certificates.ts";
import { keepConfigMap, writeConfigMap } from "./kept-config-map.ts";

const NAME = "extension-apiserver-authentication";

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
  const { client: clientCa, proxy: proxyCa, requestHeader } = published;
  const list = (values: readonly string[]): string => JSON.stringify(values);
  await writeConfigMap(client, NAME, (old) => ({
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
  }));
}

/** The loop that writes it again when somebody removes or changes it. */
export function keepPublished(publish: () => Promise<void>): Controller {
  return keepConfigMap("cluster-authentication-trust", NAME, publish);
}

/** The certificates of two bundles, each once. */
function merged(old: string, own: string): string {
  return [...new Set(certificateBlocks(`${old}\n${own}`))].map((block) => `${block}\n`).join("");
}
