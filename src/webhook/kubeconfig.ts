import { dirname, resolve } from "node:path";
import { decodeYaml } from "../codec/decode-text.ts";
import { isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { asObject, booleanIn, objectIn, objectsIn, stringIn } from "../object/read.ts";

/** Where a webhook is and how to speak to it. PEM texts; undefined where the file says nothing. */
export interface WebhookTarget {
  readonly url: string;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  /** Name in the server's certificate, where it is not the URL's. */
  readonly serverName: string | undefined;
  readonly insecure: boolean;
}

/** What is wrong with a kubeconfig; the message says where. */
export class KubeconfigError extends Error {}

/**
 * Reads the current context of a kubeconfig (concepts/configuration/organize-cluster-access-kubeconfig), the file in which
 * the original's webhooks are configured. Files that it names are relative to it. Errors: KubeconfigError, and what
 * `readFile` throws.
 */
export function readKubeconfig(text: string, path: string, readFile: (path: string) => string): WebhookTarget {
  const config = asObject(decodeYaml(text, (message) => new KubeconfigError(message)));
  const context = objectIn(named(config, "contexts", stringIn(config, "current-context")), "context");
  const cluster = objectIn(named(config, "clusters", stringIn(context, "cluster")), "cluster");
  const userName = stringIn(context, "user");
  const user = userName === "" ? {} : objectIn(named(config, "users", userName), "user");
  const url = stringIn(cluster, "server");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new KubeconfigError("the cluster's server is no http(s) URL");
  const material = (holder: ReadonlyJsonObject, name: string): string | undefined => {
    const data = stringIn(holder, `${name}-data`);
    if (data !== "") return Buffer.from(data, "base64").toString("utf8");
    const file = stringIn(holder, name);
    return file === "" ? undefined : readFile(resolve(dirname(path), file));
  };
  const tokenFile = stringIn(user, "tokenFile");
  const token = tokenFile === "" ? stringIn(user, "token") : readFile(resolve(dirname(path), tokenFile)).trim();
  const [name, password] = [stringIn(user, "username"), stringIn(user, "password")];
  for (const method of ["exec", "auth-provider"])
    if (isObject(user[method])) throw new KubeconfigError(`users that log in by ${method} do not work here`);
  return {
    url,
    ca: material(cluster, "certificate-authority"),
    cert: material(user, "client-certificate"),
    key: material(user, "client-key"),
    authorization:
      token !== "" ? `Bearer ${token}` : name === "" ? undefined : `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
    serverName: stringIn(cluster, "tls-server-name") || undefined,
    insecure: booleanIn(cluster, "insecure-skip-tls-verify"),
  };
}

function named(config: ReadonlyJsonObject, list: string, name: string): ReadonlyJsonObject {
  const found = objectsIn(config, list).find((one) => stringIn(one, "name") === name);
  if (found === undefined) throw new KubeconfigError(`${list} has no ${JSON.stringify(name)}`);
  return found;
}
