import { errorText } from "../../object/error-text.ts";
import { LinkedList } from "../../object/linked-list.ts";
import { systemClock, type Clock } from "../clock.ts";
import { compareKeys } from "../key-order.ts";
import { checkOperations } from "../limits.ts";
import { StorageError } from "../storage.ts";
import { closedError, compactedError, futureRevisionError, replacedError } from "../storage-errors.ts";
import type {
  CommitResult,
  KeyValue,
  RangeRequest,
  RangeResult,
  Storage,
  Transaction,
  Watch,
  WatchRequest,
  WatchSink,
} from "../storage.ts";
import { findCompacted, probeCompacted } from "./compacted.ts";
import { Compactor } from "./compactor.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Feed } from "./feed.ts";
import { KeySpace } from "./key-space.ts";
import { isLeaseLost, Leases } from "./leases.ts";
import {
  compactRequest,
  paths,
  rangeRequest,
  readRangeAnswer,
  readTxnAnswer,
  txnRequest,
  type EtcdPair,
  type Header,
  type RangeAnswer,
  type RangeFields,
  type TxnAnswer,
} from "./messages.ts";

export interface EtcdOptions extends ConnectionOptions {
  /** What every key begins with in etcd, without a slash at the end (--etcd-prefix). */
  readonly prefix: string;
  /** What every key begins with above the store. Default: /registry. */
  readonly innerPrefix?: string;
  /** Milliseconds between compactions; 0: only when asked. */
  readonly compactionInterval: number;
  /** How many of the newest events are kept for watches that begin a little in the past. Default: 2,000. */
  readonly recentEvents?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: Math.random. */
  readonly random?: () => number;
}

export interface EtcdStore extends Storage {
  /** Seconds until a lease ends; 0 or less where there is none. Errors: StorageError "unavailable". */
  secondsLeft(lease: number): Promise<number>;
}

/** Pairs in one answer: bounds what one message holds. */
const pageSize = 1_000;
/** How often a range of the newest state begins anew when a compaction overtakes it. */
const mostRestarts = 3;
/** Milliseconds that a write's answer waits for its event, and a health check for an answer. */
const eventPatience = 1_000;
const healthPatience = 2_000;

/**
 * Opens the state that lies in an etcd cluster, which any number of servers share. Errors: StorageError "unavailable"
 * where no member answers.
 */
export async function openEtcdStorage(options: EtcdOptions): Promise<EtcdStore> {
  const connection = new Connection(options);
  try {
    const keys = new KeySpace(options.innerPrefix ?? "/registry", options.prefix);
    const { header } = readRangeAnswer(await connection.read(paths.range, rangeRequest({ key: keys.nowhere })));
    const compacted = await findCompacted(connection, keys);
    return new EtcdStorage(options, connection, keys, header, compacted);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The contract on etcd's v3 API. */
class EtcdStorage implements EtcdStore {
  readonly #connection: Connection;
  readonly #keys: KeySpace;
  readonly #feed: Feed;
  readonly #leases: Leases;
  readonly #compactor: Compactor;
  #revision: number;
  #compacted: number;
  #clusterId: string;
  /** A read of the newest revision that was sent, and one that waits until it is answered. */
  #asking: Promise<number> | undefined;
  #askingNext: Promise<number> | undefined;
  readonly #writing = new LinkedList<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(options: EtcdOptions, connection: Connection, keys: KeySpace, opened: Header, compacted: number) {
    const { clock = systemClock, random = Math.random, compactionInterval, recentEvents = 2_000 } = options;
    this.#connection = connection;
    this.#keys = keys;
    this.#revision = opened.revision;
    this.#compacted = compacted;
    this.#leases = new Leases(connection, clock, random);
    this.#compactor = new Compactor(connection, clock, compactionInterval, (revision) => this.compact(revision));
    this.#feed = new Feed({
      connection,
      keys,
      clock,
      random,
      opened,
      recentEvents,
      learned: (revision) => this.#learn(revision),
      known: () => this.#revision,
      nudge: () => this.#nudge(),
      refresh: () => this.#askRevision(),
      replaced: (header) => this.#startOver(header),
    });
    this.#clusterId = opened.clusterId;
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compacted;
  }

  async currentRevision(): Promise<number> {
    this.#checkOpen();
    if (this.#asking === undefined) {
      const asking = this.#askRevision().finally(() => {
        if (this.#asking === asking) this.#asking = undefined;
      });
      this.#asking = asking;
      return asking;
    }
    // One that is under way may have been answered before this was asked.
    this.#askingNext ??= this.#asking
      .catch(() => undefined)
      .then(() => {
        this.#askingNext = undefined;
        return this.currentRevision();
      });
    return this.#askingNext;
  }

  async get(key: string): Promise<KeyValue | undefined> {
    const { pairs } = await this.#range({ key: this.#keys.toEtcd(key) });
    return pairs[0] && this.#pair(pairs[0]);
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    this.#checkOpen();
    if (request.revision !== undefined && request.revision < this.#compacted) throw compactedError(this.#compacted);
    for (let restarts = 0; ; restarts++) {
      try {
        return await this.#readPages(request);
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        const overtaken = error.reason === "compacted" && request.revision === undefined;
        if (overtaken && restarts < mostRestarts) continue;
        throw await this.#withRevision(error, request.revision ?? 0);
      }
    }
  }

  commit(transaction: Transaction): Promise<CommitResult> {
    return this.#write(async () => {
      const { compares, operations } = transaction;
      checkOperations(operations);
      const keys = this.#keys;
      const request = txnRequest(
        compares.map(({ key, modRevision }) => ({ key: keys.toEtcd(key), modRevision })),
        operations.map((operation) => ({ ...operation, key: keys.toEtcd(operation.key) })),
        compares.map(({ key }) => ({ key: keys.toEtcd(key) })),
      );
      const before = this.#revision;
      const { header, succeeded, found } = await this.#txn(request, transaction);
      const { revision } = header;
      this.#heard(header, before);
      if (succeeded) {
        // Etcd's event comes with the answer, or just after; who wrote finds it in the caches then.
        if (operations.length > 0) await this.#feed.reached(revision, eventPatience);
        return { succeeded, revision };
      }
      const current = compares.map((_, index) => found[index]?.pairs[0]).map((pair) => pair && this.#pair(pair));
      return { succeeded, revision, current };
    });
  }

  watch(request: WatchRequest, sink: WatchSink): Watch {
    if (request.fromRevision >= this.#compacted || this.#closing !== undefined) return this.#feed.open(request, sink);
    let open = true;
    const close = (error: StorageError | undefined): void => {
      if (open) sink.closed(error);
      open = false;
    };
    queueMicrotask(() => close(compactedError(this.#compacted)));
    return { close: () => close(undefined), requestProgress: () => undefined };
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    if (revision <= this.#compacted) return;
    try {
      await this.#connection.write(paths.compact, compactRequest(revision));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      // Somebody else has compacted that, or more.
      if (error.reason !== "compacted") throw await this.#withRevision(error, revision);
      await this.#withRevision(error, revision - 1);
    }
    this.#compacted = Math.max(this.#compacted, revision);
  }

  grantLease(seconds: number): Promise<number> {
    return this.#write(() => this.#leases.grant(seconds));
  }

  secondsLeft(lease: number): Promise<number> {
    return this.#leases.secondsLeft(lease);
  }

  revokeLease(lease: number): Promise<void> {
    return this.#write(async () => {
      const revision = await this.#leases.revoke(lease);
      this.#learn(revision);
      if (revision > 0) await this.#feed.reached(revision, eventPatience);
    });
  }

  async health(patience = healthPatience): Promise<string | undefined> {
    if (this.#closing !== undefined) return closedError().message;
    try {
      await this.#connection.read(paths.range, rangeRequest({ key: this.#keys.nowhere }), patience);
      return undefined;
    } catch (error) {
      return errorText(error);
    }
  }

  /** Accepts no more, waits until what was accepted is answered, ends the watches, closes the connections. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= (async () => {
      this.#compactor.stop();
      await Promise.allSettled(this.#writing.values());
      this.#feed.close(closedError());
      this.#connection.close();
    })();
    return this.#closing;
  }

  async #txn(request: Buffer, transaction: Transaction): Promise<TxnAnswer> {
    try {
      return readTxnAnswer(await this.#connection.write(paths.txn, request));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      if (isLeaseLost(error)) this.#leases.forget();
      const taken = error.reason === "noSpace" ? await this.#takenAfterAll(transaction) : undefined;
      if (taken === undefined) throw error;
      return taken;
    }
  }

  /**
   * A member that finds its space used up while it applies a write says so, and has applied it (etcd's quotaApplierV3): what
   * stands at the keys tells. Undefined: nothing was applied. Errors: StorageError "unknown" where that cannot be told.
   */
  async #takenAfterAll({ compares, operations }: Transaction): Promise<TxnAnswer | undefined> {
    const unknown = (): StorageError => new StorageError("unknown", "etcd: database space exceeded, maybe by this write");
    const expected = new Map(compares.map(({ key, modRevision }) => [key, modRevision]));
    for (const operation of operations) {
      if (operation.type === "delete" || !expected.has(operation.key)) continue;
      const { header, pairs } = await this.#range({ key: this.#keys.toEtcd(operation.key) }).catch(() => {
        throw unknown();
      });
      const [pair] = pairs;
      if ((pair?.modRevision ?? 0) === expected.get(operation.key)) return undefined;
      if (pair?.value.equals(operation.value) !== true) throw unknown();
      return { header: { ...header, revision: pair.modRevision }, succeeded: true, found: [] };
    }
    throw unknown();
  }

  async #readPages({ start, end, revision, limit = 0, keysOnly = false, count = false }: RangeRequest): Promise<RangeResult> {
    const keys = this.#keys;
    const items: KeyValue[] = [];
    const isEmpty = compareKeys(start, end) >= 0;
    const most = limit > 0 ? limit : Infinity;
    let key = isEmpty ? keys.nowhere : keys.boundToEtcd(start);
    const to = isEmpty ? `${keys.nowhere}\0` : keys.boundToEtcd(end);
    let at = revision;
    let all: number | undefined;
    for (;;) {
      const page = await this.#range({
        key,
        end: to,
        limit: Math.min(pageSize, most - items.length),
        keysOnly,
        ...(at === undefined ? {} : { revision: at }),
      });
      at ??= page.header.revision;
      all ??= page.count;
      for (const pair of page.pairs) items.push(this.#pair(pair));
      const last = page.pairs.at(-1);
      if (!page.more || last === undefined || items.length >= most) {
        return { items, revision: at, more: page.more, ...(count ? { count: all } : {}) };
      }
      // A key that is not UTF-8 is nobody's here, and cannot be said again to go on behind it.
      if (last.key.includes("\ufffd")) throw new StorageError("corrupt", `etcd: the key ${last.key} is no text`);
      key = `${last.key}\0`;
    }
  }

  async #range(fields: RangeFields): Promise<RangeAnswer> {
    this.#checkOpen();
    const before = this.#revision;
    try {
      const answer = readRangeAnswer(await this.#connection.read(paths.range, rangeRequest(fields)));
      this.#heard(answer.header, before);
      return answer;
    } catch (error) {
      this.#checkOpen();
      throw error;
    }
  }

  /** Etcd answers with the revision of its newest commit, through its quorum; no key is read. */
  async #askRevision(): Promise<number> {
    const { header } = await this.#range({ key: this.#keys.nowhere });
    return header.revision;
  }

  /** Takes in what an answer, which went through etcd's quorum, says of the store: `before` was known when it was asked. */
  #heard(header: Header, before: number): void {
    if (header.clusterId !== this.#clusterId || header.revision < before) this.#startOver(header);
    else this.#learn(header.revision);
  }

  /** What is known of revisions, leases and compaction says nothing of the store that answers now. */
  #startOver(header: Header): void {
    const was = header.clusterId === this.#clusterId ? "the store is older than it was" : "this is another cluster than before";
    this.#clusterId = header.clusterId;
    this.#revision = header.revision;
    this.#compacted = Math.min(this.#compacted, header.revision);
    this.#leases.forget();
    this.#feed.startOver(header, replacedError(`etcd: ${was}: it was restored`));
  }

  /** Puts what nobody reads, beside the resources, so that watches of a quiet store have something to tell. */
  async #nudge(): Promise<void> {
    const key = `${this.#keys.start}binnacle-progress`;
    await this.#connection.write(paths.txn, txnRequest([], [{ type: "put", key, value: Buffer.alloc(0) }], []));
  }

  /** Names the revision that a refused one lies beyond, which etcd's message does not. */
  async #withRevision(error: StorageError, asked: number): Promise<StorageError> {
    if (error.reason === "futureRevision") {
      return futureRevisionError(asked, await this.currentRevision());
    }
    if (error.reason !== "compacted") return error;
    const compacted = (await probeCompacted(this.#connection, this.#keys, asked)) ?? asked + 1;
    this.#compacted = Math.max(this.#compacted, compacted);
    return compactedError(this.#compacted);
  }

  async #write<T>(body: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    const writing = body();
    const link = this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.remove(link);
    }
  }

  #pair({ key, value, modRevision, createRevision, lease }: EtcdPair): KeyValue {
    return { key: this.#keys.fromEtcd(key), value, modRevision, createRevision, lease };
  }

  #learn(revision: number): void {
    if (revision > this.#revision) this.#revision = revision;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }
}
