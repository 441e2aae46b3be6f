import type { KubeObject } from "../../object/kube-object.ts";
import { isWithin, prefixEnd } from "../key-order.ts";
import { OrderedMap } from "../ordered-map.ts";
import { StorageError, type KeyValue, type Storage, type StoreEvent, type Watch } from "../storage.ts";
import { EventWindow, type CacheEvent } from "./event-window.ts";
import type { ObjectKeeper } from "./object-keeper.ts";
import { corruptError, recordOf, settledRecord, type ObjectRecord } from "./record.ts";
import { WatcherIndex, type Change } from "./watcher-index.ts";

interface ResourceCacheOptions {
  readonly storage: Pick<Storage, "range" | "watch">;
  /** Where the resource's keys lie, ending in a slash. */
  readonly prefix: string;
  /**
   * Takes the parsed object of a value that this process has just committed, if it kept it; so that what was just
   * written is not parsed again.
   */
  readonly takeObject: (value: Buffer) => KubeObject | undefined;
  readonly keeper: ObjectKeeper;
  /** Brings an object that was stored before into its present form, in place; absent: it is in it. */
  readonly readStored?: ((object: KubeObject) => void) | undefined;
}

/** How long a read waits for a revision that has not arrived, in milliseconds. */
const WAIT_MS = 3000;
/** How soon the store is asked again after an interruption, in milliseconds. */
const RESUME_MS = 500;
const SHOWN = Promise.resolve();

/**
 * The watch cache of one resource: its current objects in key order, a window of its recent past, and the watchers.
 * It follows the store's watch; what it shows is durable because what the store sends is.
 */
export class ResourceCache {
  readonly prefix: string;
  readonly watchers = new WatcherIndex();
  readonly #storage: Pick<Storage, "range" | "watch">;
  readonly #options: ResourceCacheOptions;
  readonly #records = new OrderedMap<ObjectRecord>();
  #window = new EventWindow(0);
  #revision = 0;
  #watch: Watch | undefined;
  #starting: Promise<void> | undefined;
  /** Reads that wait for a revision. */
  #waiting: { readonly revision: number; readonly done: () => void }[] = [];
  /** Keys whose stored value does not decode: a read of them, and any list, fails by name. */
  readonly #corrupt = new Map<string, StorageError>();
  /** The state is an old one, of what came after nothing is known; the watchers do not know. */
  #interrupted = false;
  #closed = false;

  constructor(options: ResourceCacheOptions) {
    this.#options = options;
    this.#storage = options.storage;
    this.prefix = options.prefix;
  }

  /** Everything up to this revision of the store has been taken in. */
  get revision(): number {
    return this.#revision;
  }

  get window(): EventWindow {
    return this.#window;
  }

  get started(): boolean {
    return this.#watch !== undefined;
  }

  /** Resolves when the cache holds the resource; loads it on first call. Errors: StorageError. */
  start(): Promise<void> {
    if (this.#watch !== undefined) return Promise.resolve();
    this.#starting ??= this.#load().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /**
   * Resolves when the cache shows the state at `revision` or a later one. Errors: StorageError "futureRevision" where
   * it does not come in time.
   */
  waitFor(revision: number): Promise<void> {
    // The usual case, without an async function's promises: every read and several steps of a write come by here.
    if (this.shows(revision)) return SHOWN;
    return this.#comeTo(revision);
  }

  /** Whether the cache is loaded and shows the state at `revision` or a later one; asks the store if it does not know. */
  shows(revision: number): boolean {
    if (this.#watch === undefined) return false;
    if (this.#revision < revision) this.#watch.requestProgress();
    return this.#revision >= revision;
  }

  async #comeTo(revision: number): Promise<void> {
    if (this.#watch === undefined) await this.start();
    if (this.shows(revision)) return;
    await new Promise<void>((resolve, reject) => {
      const entry = { revision, done: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        reject(new StorageError("futureRevision", `revision ${revision} has not arrived`, this.#revision, revision));
      }, WAIT_MS);
      this.#waiting.push(entry);
    });
  }

  /** The object at a full key. Errors: StorageError "corrupt" where its value does not decode. */
  get(key: string): ObjectRecord | undefined {
    this.#refuseCorrupt(key);
    return this.#records.get(key);
  }

  /** The version of an object, if it is the one that the cache holds. */
  version(key: string, revision: number): ObjectRecord | undefined {
    const record = this.#records.get(key);
    return record?.revision === revision ? record : undefined;
  }

  /** Errors: StorageError "corrupt" where a value with start ≤ key < end does not decode. */
  refuseUnreadable(start: string, end: string): void {
    const [first] = this.unreadable(start, end);
    if (first !== undefined) this.#refuseCorrupt(first);
  }

  /** The keys with start ≤ key < end whose values do not decode. */
  unreadable(start: string, end: string): string[] {
    if (this.#corrupt.size === 0) return [];
    return [...this.#corrupt.keys()].filter((key) => isWithin(key, start, end));
  }

  /** Visits objects with start ≤ key < end in order until the visitor gives false. Errors: StorageError "corrupt". */
  walk(start: string, end: string, visit: (record: ObjectRecord) => boolean | void): void {
    this.refuseUnreadable(start, end);
    this.#records.walk(start, end, visit);
  }

  /** The same, passing over those that do not decode: for whoever can do without them. */
  walkReadable(start: string, end: string, visit: (record: ObjectRecord) => boolean | void): void {
    this.#records.walk(start, end, visit);
  }

  count(start: string, end: string): number {
    return this.#records.count(start, end);
  }

  /** Stops following the store and ends every watcher. */
  close(): void {
    this.#closed = true;
    this.#watch?.close();
    this.watchers.endAll("closed");
  }

  async #load(): Promise<void> {
    if (this.#closed) throw new StorageError("closed", "the server is shutting down");
    const { items, revision } = await this.#storage.range({ start: this.prefix, end: prefixEnd(this.prefix) });
    if (this.#closed) throw new StorageError("closed", "the server is shutting down");
    if (this.#interrupted) this.#reload(items, revision);
    else {
      this.#records.clear();
      this.#corrupt.clear();
      for (const pair of items) {
        const record = this.#decode(pair);
        if (record !== undefined) this.#records.set(pair.key, record);
      }
      this.#window.restart(revision);
    }
    this.#interrupted = false;
    this.#revision = revision;
    this.#watch = this.#storage.watch(
      { start: this.prefix, end: prefixEnd(this.prefix), fromRevision: revision },
      { events: (events, upTo) => this.#take(events, upTo), closed: (error) => this.#lost(error) },
    );
    this.#arrived();
  }

  /** Takes in a newer state, the way to which is not known: watches go on but for those that a change concerns. */
  #reload(items: readonly KeyValue[], revision: number): void {
    const before = new Map<string, ObjectRecord>();
    this.#records.walk(this.prefix, prefixEnd(this.prefix), (record) => void before.set(record.key, record));
    const wereCorrupt = this.#corrupt.size;
    this.#corrupt.clear();
    const changes: Change[] = [];
    for (const pair of items) {
      const { key } = pair;
      const previous = before.get(key);
      before.delete(key);
      if (previous?.revision === pair.modRevision) continue;
      const current = this.#decode(pair);
      if (current === undefined) this.#records.delete(key);
      else this.#records.set(key, current);
      changes.push({ key, current, previous });
    }
    for (const [key, previous] of before) {
      this.#records.delete(key);
      changes.push({ key, current: undefined, previous });
    }
    if (changes.length === 0 && wereCorrupt === 0) return;
    this.#window.restart(revision);
    this.watchers.expire(changes);
  }

  #take(events: readonly StoreEvent[], upTo: number): void {
    const fresh: CacheEvent[] = [];
    const unreadable: Change[] = [];
    for (const event of events) {
      const previous = this.#records.get(event.key);
      const current = event.current === undefined ? undefined : this.#decode(event.current);
      if (current === undefined) this.#records.delete(event.key);
      else this.#records.set(event.key, current);
      if (event.current === undefined) this.#corrupt.delete(event.key);
      else if (current === undefined) {
        // Nobody may take what cannot be read for gone: who watches it starts over, and then is told its name.
        this.#window.restart(event.revision);
        unreadable.push({ key: event.key, current, previous });
        continue;
      }
      if (current === undefined && previous === undefined) continue;
      const change: CacheEvent = {
        revision: event.revision,
        sequence: this.#window.end,
        key: event.key,
        current,
        previous,
        frames: undefined,
      };
      this.#window.push(change);
      fresh.push(change);
    }
    if (upTo > this.#revision) this.#revision = upTo;
    this.#arrived();
    if (fresh.length > 0) this.watchers.tell(fresh);
    if (unreadable.length > 0) this.watchers.expire(unreadable);
  }

  #arrived(): void {
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter((entry) => entry.revision <= this.#revision);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((entry) => entry.revision > this.#revision);
    for (const entry of ready) entry.done();
  }

  /**
   * The store's watch ended. Where it has forgotten what came next, the state itself still tells what has changed; else
   * watchers are told to start over, and the next read loads anew.
   */
  #lost(error: StorageError | undefined): void {
    this.#watch = undefined;
    if (this.#closed || error === undefined) return;
    if (error.reason === "compacted") {
      this.#interrupted = true;
      this.#resume();
    } else {
      this.#interrupted = false;
      this.watchers.endAll("expired");
    }
  }

  #resume(): void {
    this.start().catch(() => {
      // Nobody may ask for a long time, and the watchers wait.
      if (this.#interrupted && !this.#closed) setTimeout(() => this.#resume(), RESUME_MS).unref();
    });
  }

  #decode(pair: KeyValue): ObjectRecord | undefined {
    try {
      this.#corrupt.delete(pair.key);
      const { takeObject, readStored, keeper } = this.#options;
      const written = takeObject(pair.value);
      if (written !== undefined || readStored === undefined) return recordOf(pair, written, keeper);
      return settledRecord(pair, readStored, keeper);
    } catch (error) {
      this.#corrupt.set(pair.key, error instanceof StorageError ? error : corruptError(pair.key, error));
      return undefined;
    }
  }

  #refuseCorrupt(key: string): void {
    const error = this.#corrupt.size > 0 ? this.#corrupt.get(key) : undefined;
    if (error !== undefined) throw error;
  }
}
