import type { ReadonlyJsonObject } from "../object/json.ts";
import { isSet, numberIn, objectIn, stringIn } from "../object/read.ts";
import type { ServicePort, ServiceResolver } from "./service-address.ts";
import type { CallTarget } from "./transport.ts";

/** Where a webhook is. */
type HookAddress = { readonly type: "url"; readonly url: string } | ({ readonly type: "service"; readonly path: string } & ServicePort);

/** A WebhookClientConfig, read (admissionregistration/v1, apiextensions/v1). */
export interface ClientConfig {
  readonly address: HookAddress;
  /** PEM; undefined: who the system trusts. */
  readonly ca: string | undefined;
}

/** Reads a clientConfig that has been validated. */
export function readClientConfig(client: ReadonlyJsonObject): ClientConfig {
  const caBundle = stringIn(client, "caBundle");
  return { address: addressOf(client), ca: caBundle === "" ? undefined : Buffer.from(caBundle, "base64").toString("utf8") };
}

/** How the webhook is called, within a time in milliseconds. */
export function callTarget({ address, ca }: ClientConfig, resolve: ServiceResolver, timeoutMs: number): CallTarget {
  if (address.type === "url") return { url: address.url, dial: undefined, ca, timeoutMs };
  const { name, namespace, port, path } = address;
  return { url: `https://${name}.${namespace}.svc:${port}${path}`, dial: () => resolve(address), ca, timeoutMs };
}

function addressOf(client: ReadonlyJsonObject): HookAddress {
  if (!isSet(client, "service")) return { type: "url", url: stringIn(client, "url") };
  const service = objectIn(client, "service");
  const path = stringIn(service, "path");
  return {
    type: "service",
    namespace: stringIn(service, "namespace"),
    name: stringIn(service, "name"),
    port: numberIn(service, "port") || 443,
    path: path.startsWith("/") ? path : `/${path}`,
  };
}
