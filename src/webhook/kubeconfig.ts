import type { ReadonlyJsonObject } from "../object/json.ts";
import { booleanIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { KubeconfigError, material, parseKubeconfig, readUser, type Credentials } from "./credentials.ts";

/** Where a webhook is and how to speak to it. PEM texts; undefined where the file says nothing. */
export interface WebhookTarget extends Credentials {
  readonly url: string;
  readonly ca: string | undefined;
  /** Name in the server's certificate, where it is not the URL's. */
  readonly serverName: string | undefined;
  readonly insecure: boolean;
}

/**
 * Reads the current context of a kubeconfig (concepts/configuration/organize-cluster-access-kubeconfig), the file in which
 * the original's webhooks are configured. Files that it names are relative to it. Errors: KubeconfigError, and what
 * `readFile` throws.
 */
export function readKubeconfig(text: string, path: string, readFile: (path: string) => string): WebhookTarget {
  const config = parseKubeconfig(text);
  const context = objectIn(named(config, "contexts", stringIn(config, "current-context")), "context");
  const cluster = objectIn(named(config, "clusters", stringIn(context, "cluster")), "cluster");
  const userName = stringIn(context, "user");
  const user = userName === "" ? {} : objectIn(named(config, "users", userName), "user");
  const url = stringIn(cluster, "server");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new KubeconfigError("the cluster's server is no http(s) URL");
  return {
    url,
    ca: material(cluster, "certificate-authority", path, readFile),
    ...readUser(user, path, readFile),
    serverName: stringIn(cluster, "tls-server-name") || undefined,
    insecure: booleanIn(cluster, "insecure-skip-tls-verify"),
  };
}

function named(config: ReadonlyJsonObject, list: string, name: string): ReadonlyJsonObject {
  const found = objectsIn(config, list).find((one) => stringIn(one, "name") === name);
  if (found === undefined) throw new KubeconfigError(`${list} has no ${JSON.stringify(name)}`);
  return found;
}
