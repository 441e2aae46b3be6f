import { isConditionTrue } from "../object/conditions.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { isSet, numberIn, objectIn, stringIn } from "../object/read.ts";
import type { RemoteVersion } from "../discovery/definition-source.ts";
import type { Standing } from "../discovery/standings.ts";
import type { RemoteTrust } from "../proxy/remote-server.ts";
import { follow } from "../storage/cache/follow.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { ResourceCache } from "../storage/cache/resource-cache.ts";
import { RemoteApi, remoteSpec, type RemoteSpec } from "./remote-api.ts";

/**
 * All API services, kept up to date through the watch cache: which group versions other servers answer for, and where
 * each stands in discovery.
 */
export class ApiServices implements Disposable {
  readonly #clientCertificate: RemoteTrust["clientCertificate"];
  /** By the key of the object in the store. */
  readonly #keys = new Map<string, { readonly group: string; readonly version: string }>();
  /** By group, then by version. */
  readonly #standings = new Map<string, Map<string, Standing>>();
  /** By group/version. */
  readonly #remotes = new Map<string, RemoteApi>();
  #generation = 0;

  constructor(clientCertificate: RemoteTrust["clientCertificate"]) {
    this.#clientCertificate = clientCertificate;
  }

  /** Rises with every change that documents of what is served tell of. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether other servers answer for anything. */
  get hasRemotes(): boolean {
    return this.#remotes.size > 0;
  }

  /** Group versions of other servers. */
  remotes(): Iterable<RemoteApi> {
    return this.#remotes.values();
  }

  /** The same, as discovery tells of them. One that is not asked is told as it was known last. */
  *remoteVersions(): Iterable<RemoteVersion> {
    for (const { group, version, discovery, fresh } of this.#remotes.values())
      yield { group, version, discovery: { version, ...discovery, freshness: fresh ? "Current" : "Stale" } };
  }

  /** The server that answers for a group version; undefined: this one does, or nobody. */
  remote(group: string, version: string): RemoteApi | undefined {
    return this.#remotes.get(`${group}/${version}`);
  }

  /** Where a group version stands; undefined where no API service says. */
  standing(group: string, version: string): Standing | undefined {
    return this.#standings.get(group)?.get(version);
  }

  /** Versions of a group that have an API service. */
  versions(group: string): Iterable<string> {
    return this.#standings.get(group)?.keys() ?? [];
  }

  /** Told that what is known of a remote group version has changed. */
  changed(): void {
    this.#generation++;
  }

  /** Fills itself from a cache and keeps up with it. Errors: StorageError where the first load fails. */
  async follow(cache: ResourceCache): Promise<void> {
    await follow(cache, {
      reset: (records) => {
        const gone = new Set(this.#keys.keys());
        for (const record of records) {
          gone.delete(record.key);
          this.#put(record);
        }
        for (const key of gone) this.#remove(key);
      },
      changed: ({ key, current }) => (current === undefined ? this.#remove(key) : this.#put(current)),
    });
  }

  [Symbol.dispose](): void {
    for (const api of this.#remotes.values()) api[Symbol.dispose]();
  }

  #put(record: ObjectRecord): void {
    const object = record.glimpse();
    const spec = objectIn(object, "spec");
    const [group, version] = [stringIn(spec, "group"), stringIn(spec, "version")];
    this.#keys.set(record.key, { group, version });
    const standing = { group: numberIn(spec, "groupPriorityMinimum"), version: numberIn(spec, "versionPriority") };
    const old = this.standing(group, version);
    if (old?.group !== standing.group || old.version !== standing.version) {
      this.#standings.set(group, (this.#standings.get(group) ?? new Map<string, Standing>()).set(version, standing));
      this.#generation++;
    }
    if (isSet(spec, "service")) this.#putRemote(`${group}/${version}`, object);
    else this.#removeRemote(`${group}/${version}`);
  }

  #putRemote(key: string, object: KubeObject): void {
    const known = this.#remotes.get(key);
    const available = isConditionTrue(object, "Available");
    if (known !== undefined && isSameSpec(known.spec, remoteSpec(object))) {
      if (known.available !== available) this.#generation++;
      known.available = available;
      return;
    }
    known?.server.retire();
    this.#remotes.set(key, new RemoteApi(object, this.#clientCertificate));
    this.#generation++;
  }

  #remove(recordKey: string): void {
    const key = this.#keys.get(recordKey);
    if (key === undefined) return;
    const { group, version } = key;
    this.#keys.delete(recordKey);
    const versions = this.#standings.get(group);
    versions?.delete(version);
    if (versions?.size === 0) this.#standings.delete(group);
    this.#removeRemote(`${group}/${version}`);
    this.#generation++;
  }

  #removeRemote(key: string): void {
    const known = this.#remotes.get(key);
    if (known === undefined) return;
    known.server.retire();
    this.#remotes.delete(key);
    this.#generation++;
  }
}

function isSameSpec(a: RemoteSpec, b: RemoteSpec): boolean {
  const { service: one } = a;
  const { service: other } = b;
  const sameService = one.namespace === other.namespace && one.name === other.name && one.port === other.port;
  return sameService && a.ca === b.ca && a.insecure === b.insecure;
}
