import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import { StartupError } from "../object/startup-error.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import { StorageError, type Storage } from "../storage/storage.ts";
import type { EtcdStore } from "../storage/etcd/etcd.ts";
import { etcdFault } from "./etcd-fault.ts";
import { readEtcdTls } from "./etcd-tls.ts";

/** Opens the store that a Config names; `tell` hears what is waited for. Errors: StartupError for what its user can mend. */
export async function openStorage(config: Config, tell: (text: string) => void): Promise<Storage> {
  if (config.storageBackend === "memory") return openMemoryStorage({ historyWindow: config.compactionInterval });
  if (config.storageBackend === "etcd3") return openEtcd(config, tell);
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

/** How soon an etcd that is not there yet is tried again, in milliseconds. */
const RETRY_MS = 500;

/**
 * Opens the etcd that a Config names, and waits for it as long as that says; `tell` hears why. Errors: StartupError for
 * what its user can mend, at once where waiting does not.
 */
export async function openEtcd(config: Config, tell: (text: string) => void): Promise<EtcdStore> {
  const { etcd, etcdTimeouts, compactionInterval } = config;
  const { openEtcdStorage } = await import("../storage/etcd/etcd.ts");
  const tls = await readEtcdTls(etcd, new Date());
  const until = Date.now() + etcdTimeouts.start;
  let told = "";
  for (;;) {
    try {
      return await openEtcdStorage({ servers: etcd.servers, tls, prefix: etcd.prefix, compactionInterval });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      const { what, todo, passes } = etcdFault(error.message);
      const text = `etcd at ${etcd.servers.join(", ")}: ${what}`;
      if (!passes || Date.now() >= until) throw new StartupError(text, todo, error);
      if (text !== told) tell(`waiting for ${text}`);
      told = text;
      await sleep(RETRY_MS);
    }
  }
}
