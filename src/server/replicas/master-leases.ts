import { asObject, listIn, numberIn, stringIn } from "../../object/read.ts";
import { recordOf, storedValue } from "../../storage/cache/record.ts";
import { prefixEnd } from "../../storage/key-order.ts";
import { StorageError, type KeyValue, type Storage } from "../../storage/storage.ts";

/** Where kube-apiserver keeps the addresses of the servers that live, each under a lease of the store. */
const PREFIX = "/registry/masterleases/";
/** Seconds for which a server that no longer tells of itself is believed to live. */
const SECONDS = 15;
/** Attempts against servers that start at the same time. */
const ATTEMPTS = 5;

/** Where the cluster's members reach one API server. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * The addresses of the API servers on one store, in kube-apiserver's own form, so that both kinds can be replicas of
 * each other: an Endpoints object under the server's address.
 */
export class MasterLeases {
  readonly #storage: Storage;
  readonly #own: ServerAddress;

  /** `storage` gives values as JSON. */
  constructor(storage: Storage, own: ServerAddress) {
    this.#storage = storage;
    this.#own = own;
  }

  /** Tells that this server lives, for a while. Errors: StorageError. */
  async renew(): Promise<void> {
    const { address, port } = this.#own;
    const lease = await this.#storage.grantLease(SECONDS);
    const subsets = [{ addresses: [{ ip: address }], ports: [{ port }] }];
    const value = storedValue({ kind: "Endpoints", apiVersion: "v1", metadata: {}, subsets });
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { key, modRevision } = await this.#place();
      const { succeeded } = await this.#storage.commit({
        compares: [{ key, modRevision }],
        operations: [{ type: "put", key, value, lease }],
      });
      if (succeeded) return;
    }
    throw new StorageError("unavailable", `others keep changing ${PREFIX}${address}`);
  }

  /** All that live, each once. Errors: StorageError. */
  async list(): Promise<ServerAddress[]> {
    const { items } = await this.#storage.range({ start: PREFIX, end: prefixEnd(PREFIX) });
    const servers = items.map((pair) => this.#serverAt(pair)).filter(({ address }) => address !== "");
    return [...new Map(servers.map((server) => [`${server.address} ${server.port}`, server])).values()];
  }

  /** Takes this server out. Errors: StorageError. */
  async leave(): Promise<void> {
    const { items } = await this.#storage.range({ start: PREFIX, end: prefixEnd(PREFIX) });
    for (const pair of items) {
      const { address, port } = this.#serverAt(pair);
      if (address !== this.#own.address || port !== this.#own.port) continue;
      const { key, modRevision } = pair;
      await this.#storage.commit({ compares: [{ key, modRevision }], operations: [{ type: "delete", key }] });
    }
  }

  /** This server's key: its address, as kube-apiserver has it; beside a server at another port of it, the port as well. */
  async #place(): Promise<{ readonly key: string; readonly modRevision: number }> {
    const { address, port } = this.#own;
    const first = PREFIX + address;
    const held = await this.#storage.get(first);
    if (held === undefined || this.#serverAt(held).port === port) return { key: first, modRevision: held?.modRevision ?? 0 };
    const key = `${first}:${port}`;
    return { key, modRevision: (await this.#storage.get(key))?.modRevision ?? 0 };
  }

  /** A kube-apiserver names no port, and has that of all others. */
  #serverAt(pair: KeyValue): ServerAddress {
    const subset = asObject(listIn(recordOf(pair).object(), "subsets")[0]);
    const port = numberIn(asObject(listIn(subset, "ports")[0]), "port");
    return { address: stringIn(asObject(listIn(subset, "addresses")[0]), "ip"), port: port || this.#own.port };
  }
}
