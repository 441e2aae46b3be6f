import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { StartupError } from "../object/startup-error.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import { StorageError, type Storage } from "../storage/storage.ts";
import type { EtcdStore } from "../storage/etcd/etcd.ts";
import { readFlagFile } from "./data-dir.ts";

/** Opens the store that a Config names. Errors: StartupError for what its user can mend. */
export async function openStorage(config: Config): Promise<Storage> {
  if (config.storageBackend === "memory") return openMemoryStorage({ historyWindow: config.compactionInterval });
  if (config.storageBackend === "etcd3") return openEtcd(config);
  // Loaded only where it is used: the native module costs every start that goes without it.
  const { openLmdbStorage } = await import("../storage/lmdb/lmdb.ts");
  const directory = join(config.dataDir, "store");
  try {
    return await openLmdbStorage({ directory, quota: config.dataQuota, historyWindow: config.compactionInterval });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StartupError(error.message, "choose another directory with --data-dir, or see to this one", error);
  }
}

/** Opens the etcd that a Config names. Errors: StartupError for what its user can mend. */
export async function openEtcd({ etcd, compactionInterval }: Config): Promise<EtcdStore> {
  const { openEtcdStorage } = await import("../storage/etcd/etcd.ts");
  const read = async (flag: string, file: string): Promise<Buffer | undefined> =>
    file === "" ? undefined : Buffer.from(await readFlagFile(flag, file));
  const ca = await read("etcd-cafile", etcd.caFile);
  const cert = await read("etcd-certfile", etcd.certFile);
  const key = await read("etcd-keyfile", etcd.keyFile);
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  try {
    return await openEtcdStorage({ servers: etcd.servers, tls, prefix: etcd.prefix, compactionInterval });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StartupError(error.message, `see that etcd answers at ${etcd.servers.join(", ")}, and what the flags --etcd-* say`, error);
  }
}
