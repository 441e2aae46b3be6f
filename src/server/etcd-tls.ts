import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { EtcdConfig } from "../config/etcd.ts";
import { errorText } from "../object/error-text.ts";
import { StartupError } from "../object/startup-error.ts";
import type { EtcdTls } from "../storage/etcd/connection.ts";
import { readFlagFile } from "./data-dir.ts";

/**
 * The files that are shown to etcd, and that it is known by. Errors: StartupError naming the flag whose file is missing,
 * is none of its kind, or holds a certificate that has ended: etcd itself would only end the connection.
 */
export async function readEtcdTls({ caFile, certFile, keyFile }: EtcdConfig, now: Date): Promise<EtcdTls> {
  const ca = await readPem("etcd-cafile", caFile);
  const cert = await readPem("etcd-certfile", certFile);
  const key = await readPem("etcd-keyfile", keyFile);
  if (ca !== undefined) certificateIn("etcd-cafile", caFile, ca);
  if (cert !== undefined) {
    const { validTo } = certificateIn("etcd-certfile", certFile, cert);
    if (Date.parse(validTo) < now.getTime())
      throw new StartupError(`--etcd-certfile: the certificate in ${certFile} has ended at ${validTo}`, "give this server a new one");
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const what = `--etcd-keyfile: ${keyFile} is not the key of the certificate in ${certFile} (${errorText(error)})`;
    throw new StartupError(what, "name the two that belong together, both PEM", error);
  }
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

async function readPem(flag: string, file: string): Promise<Buffer | undefined> {
  return file === "" ? undefined : Buffer.from(await readFlagFile(flag, file));
}

function certificateIn(flag: string, file: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new StartupError(`--${flag}: there is no certificate in ${file} (${errorText(error)})`, "name a file of PEM certificates", error);
  }
}
