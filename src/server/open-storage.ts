import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/config.ts";
import type { ResourceRef } from "../object/status.ts";
import { StartupError } from "../object/startup-error.ts";
import type { Definitions } from "../resources/definitions.ts";
import { openMemoryStorage } from "../storage/memory/memory.ts";
import { StorageError, type Storage } from "../storage/storage.ts";
import type { EtcdStore } from "../storage/etcd/etcd.ts";
import { etcdFault } from "./etcd-fault.ts";
import { readEtcdTls } from "./etcd-tls.ts";

/** The store of a server, and those that keep single resources instead; closed all together. */
export interface Stores extends AsyncDisposable {
  readonly main: Storage;
  readonly overrides: readonly (ResourceRef & { readonly storage: Storage })[];
}

/** Opens all that a Config names; `tell` hears what is waited for. Errors: StartupError for what its user can mend. */
export async function openStores(config: Config, tell: (text: string) => void): Promise<Stores> {
  const main = await openStorage(config, tell);
  const opened = new Map<string, Storage>();
  const overrides: (ResourceRef & { readonly storage: Storage })[] = [];
  const stores: Stores = {
    main,
    overrides,
    async [Symbol.asyncDispose]() {
      await Promise.all([main, ...opened.values()].map((storage) => storage[Symbol.asyncDispose]()));
    },
  };
  try {
    for (const { group, plural, servers } of config.storageBackend === "etcd3" ? (config.etcd.overrides ?? []) : []) {
      const name = servers.join();
      const storage = opened.get(name) ?? (await openEtcd(config, tell, servers));
      opened.set(name, storage);
      overrides.push({ group, plural, storage });
    }
  } catch (error) {
    await stores[Symbol.asyncDispose]();
    throw error;
  }
  return stores;
}

/** The stores of single resources, by the prefix of their keys. Errors: StartupError for what is no built-in resource. */
export function storesByPrefix({ overrides }: Stores, definitions: Definitions): ReadonlyMap<string, Storage> {
  return new Map(
    overrides.map(({ group, plural, storage }) => {
      const prefix = definitions.ofResource(group, plural)?.keyPrefix;
      if (prefix === undefined)
        throw new StartupError(
          `--etcd-servers-overrides: there is no built-in resource ${group}/${plural}`,
          "leave it out, or see to its group",
        );
      return [prefix, storage];
    }),
  );
}

async function openStorage(config: Config, tell: (text: string) => void): Promise<Storage> {
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
export async function openEtcd(config: Config, tell: (text: string) => void, servers = config.etcd.servers): Promise<EtcdStore> {
  const { etcd, etcdTimeouts, compactionInterval } = config;
  const { openEtcdStorage } = await import("../storage/etcd/etcd.ts");
  const tls = await readEtcdTls(etcd, new Date());
  const until = Date.now() + etcdTimeouts.start;
  let told = "";
  for (;;) {
    try {
      return await openEtcdStorage({ servers, tls, prefix: etcd.prefix, compactionInterval });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      const { what, todo, passes } = etcdFault(error.message);
      const text = `etcd at ${servers.join(", ")}: ${what}`;
      if (!passes || Date.now() >= until) throw new StartupError(text, todo, error);
      if (text !== told) tell(`waiting for ${text}`);
      told = text;
      await sleep(RETRY_MS);
    }
  }
}
