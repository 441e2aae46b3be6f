import { dirname, resolve } from "node:path";
import { decodeYaml } from "../codec/decode-text.ts";
import { isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { asObject, objectIn, objectsIn, stringIn } from "../object/read.ts";

/** As whom a server is called. PEM texts; undefined where nothing is said. */
export interface Credentials {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
}

/** What is wrong with a kubeconfig; the message says where. */
export class KubeconfigError extends Error {}

/** Reads a kubeconfig's text. Errors: KubeconfigError. */
export function parseKubeconfig(text: string): ReadonlyJsonObject {
  return asObject(decodeYaml(text, (message) => new KubeconfigError(message)));
}

/** A member that may stand in the file as data or name another file, which is relative to `path`. */
export function material(holder: ReadonlyJsonObject, name: string, path: string, readFile: (path: string) => string): string | undefined {
  const data = stringIn(holder, `${name}-data`);
  if (data !== "") return Buffer.from(data, "base64").toString("utf8");
  const file = stringIn(holder, name);
  return file === "" ? undefined : readFile(resolve(dirname(path), file));
}

/** Reads a user of a kubeconfig. Errors: KubeconfigError, and what `readFile` throws. */
export function readUser(user: ReadonlyJsonObject, path: string, readFile: (path: string) => string): Credentials {
  const tokenFile = stringIn(user, "tokenFile");
  const token = tokenFile === "" ? stringIn(user, "token") : readFile(resolve(dirname(path), tokenFile)).trim();
  const [name, password] = [stringIn(user, "username"), stringIn(user, "password")];
  for (const method of ["exec", "auth-provider"])
    if (isObject(user[method])) throw new KubeconfigError(`users that log in by ${method} do not work here`);
  return {
    cert: material(user, "client-certificate", path, readFile),
    key: material(user, "client-key", path, readFile),
    authorization:
      token !== "" ? `Bearer ${token}` : name === "" ? undefined : `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
  };
}

/** As whom each server is called, by its host and port as its URL has them; undefined: as nobody. */
export type HostCredentials = (host: string) => Credentials | undefined;

/**
 * Reads a kubeconfig whose users are named after the servers that they are for
 * (reference/access-authn-authz/extensible-admission-controllers, Authenticate API servers): a host, with its port unless
 * that is 443, or *.example.com. Errors: as readUser.
 */
export function readHostCredentials(text: string, path: string, readFile: (path: string) => string): HostCredentials {
  const users = new Map(
    objectsIn(parseKubeconfig(text), "users").map((one) => [stringIn(one, "name"), readUser(objectIn(one, "user"), path, readFile)]),
  );
  const find = (host: string): Credentials | undefined => {
    const steps = host.split(".");
    const names = [host, ...steps.slice(1).map((_, i) => `*.${steps.slice(i + 1).join(".")}`)];
    return names.map((name) => users.get(name)).find((one) => one !== undefined);
  };
  return (host) => find(host) ?? (host.endsWith(":443") ? find(host.slice(0, -":443".length)) : undefined);
}
