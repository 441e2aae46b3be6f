import { setTimeout as sleep } from "node:timers/promises";
import type { SeenObject } from "../door.ts";
import type { Replica } from "../replica.ts";
import type { ListRecord, ReadRecord, Shown, WatchRecord, WriteRecord } from "./history.ts";

const collection = "/api/v1/namespaces/default/configmaps";
/** Objects that clients write have names that begin so. */
const ours = "history-";
/** Milliseconds after which a client gives up on an answer. */
const patience = 15_000;
const pauseMs = 15;

/** What clients of some replicas did and were shown, as they go. */
export class Clients {
  readonly writes: WriteRecord[] = [];
  readonly reads: ReadRecord[] = [];
  readonly lists: ListRecord[] = [];
  readonly watches: WatchRecord[][] = [];
  readonly #replicas: readonly Replica[];
  readonly #random: () => number;
  readonly #keys: number;
  #values = 0;
  #watching = true;

  /** They write so many objects, and choose by `random` (from 0 to 1) what to do where. */
  constructor(replicas: readonly Replica[], random: () => number, keys: number) {
    this.#replicas = replicas;
    this.#random = random;
    this.#keys = keys;
  }

  /** Reads and writes until a moment of performance.now(). */
  async write(until: number): Promise<void> {
    const known = new Map<string, Shown | undefined>();
    while (performance.now() < until) {
      const key = `${ours}${Math.floor(this.#random() * this.#keys)}`;
      const kind = this.#random();
      if (kind < 0.1) await this.list();
      else if (kind < 0.2) await this.list(true);
      else if (kind < 0.45 || !known.has(key)) await this.#read(key, known);
      else await this.#change(key, known);
      await sleep(pauseMs);
    }
  }

  /** Watches until `stop`, through any replica that lives, going on where it was when a connection breaks. */
  async watch(): Promise<void> {
    const log: WatchRecord[] = [];
    this.watches.push(log);
    let position = "";
    while (this.#watching) {
      if (position === "") {
        const listed = await this.list();
        if (listed === undefined) {
          await sleep(100);
          continue;
        }
        log.push({ type: "LIST", revision: listed.revision, items: listed.items });
        position = String(listed.revision);
      }
      position = await this.#follow(position, log);
      await sleep(50);
    }
  }

  stop(): void {
    this.#watching = false;
  }

  /** Waits until every watch has told of a revision. Errors: Error where one has not in so many milliseconds. */
  async watchesReach(revision: number, milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    const last = (log: readonly WatchRecord[]): number => {
      const entry = log.at(-1);
      return entry === undefined ? 0 : entry.type === "LIST" ? entry.revision : entry.object.revision;
    };
    while (!this.watches.every((log) => last(log) >= revision)) {
      if (performance.now() > until) throw new Error(`watches stand at ${this.watches.map(last).join()}, not at ${revision}`);
      await sleep(50);
    }
  }

  /** Writes one more object, as often as it takes; gives its revision. */
  async seal(): Promise<number> {
    for (;;) {
      const made = await this.#write("POST", `${ours}seal-${this.#values}`, 0);
      if (made !== undefined) return made.revision;
      await sleep(100);
    }
  }

  /** The objects there are; undefined where there is no answer. `cached`: any state will do. */
  async list(cached = false): Promise<ListRecord | undefined> {
    const { door, run } = this.#anyone();
    const start = performance.now();
    const answer = await door.ask("GET", `${collection}${cached ? "?resourceVersion=0" : ""}`, undefined, patience).catch(() => undefined);
    if (answer?.code !== 200) return undefined;
    const items = (answer.body.items ?? []).filter(isOurs).map(shown);
    const end = performance.now();
    const record = { start, end, revision: Number(answer.body.metadata.resourceVersion), items, ...(cached ? { cachedBy: run } : {}) };
    this.lists.push(record);
    return record;
  }

  async #read(key: string, known: Map<string, Shown | undefined>): Promise<void> {
    const { door } = this.#anyone();
    const start = performance.now();
    const answer = await door.ask("GET", `${collection}/${key}`, undefined, patience).catch(() => undefined);
    if (answer?.code !== 200 && answer?.code !== 404) return;
    const found = answer.code === 200 ? shown(answer.body) : undefined;
    this.reads.push({ start, end: performance.now(), key, found });
    known.set(key, found);
  }

  async #change(key: string, known: Map<string, Shown | undefined>): Promise<void> {
    const current = known.get(key);
    const method = current === undefined ? "POST" : this.#random() < 0.25 ? "DELETE" : "PUT";
    const made = await this.#write(method, key, current?.revision ?? 0);
    if (made === undefined) known.delete(key);
    else known.set(key, method === "DELETE" ? undefined : made);
  }

  /** One compare-and-swap. What was there when it was not taken, or is not known to be, is to be read. */
  async #write(method: "POST" | "PUT" | "DELETE", key: string, expected: number): Promise<Shown | undefined> {
    const { door } = this.#anyone();
    const value = method === "DELETE" ? undefined : `${key} ${++this.#values}`;
    const metadata = { name: key, ...(expected === 0 ? {} : { resourceVersion: String(expected) }) };
    const body =
      method === "DELETE"
        ? { kind: "DeleteOptions", apiVersion: "v1", preconditions: { resourceVersion: String(expected) } }
        : { kind: "ConfigMap", apiVersion: "v1", metadata, data: { value } };
    const start = performance.now();
    const path = method === "POST" ? collection : `${collection}/${key}`;
    const answer = await door.ask(method, path, body, patience).catch(() => undefined);
    const end = performance.now();
    const outcome = outcomeOf(answer?.code);
    const isPut = outcome === "taken" && method !== "DELETE";
    const revision = isPut ? Number(answer?.body.metadata.resourceVersion) : undefined;
    this.writes.push({ start, end, key, value, expected, outcome, ...(revision === undefined ? {} : { revision }) });
    if (outcome !== "taken") return undefined;
    return { key, revision: revision ?? 0, value: value ?? "" };
  }

  /** One connection of a watch; gives where to go on, "" where that has to be listed. */
  #follow(from: string, log: WatchRecord[]): Promise<string> {
    return new Promise((resolve) => {
      let position = from;
      const { door } = this.#anyone();
      const finish = (): void => {
        clearInterval(looking);
        watch.close();
        resolve(position);
      };
      const looking = setInterval(() => this.#watching || finish(), 50);
      const watch = door.watch(`${collection}?watch=1&allowWatchBookmarks=true&resourceVersion=${from}`, {
        event: (type, object) => {
          if (type === "ERROR" || object.kind === "Status") {
            if (object.code === 410) position = "";
            return finish();
          }
          position = object.metadata.resourceVersion;
          if (type === "BOOKMARK" || !isOurs(object)) return;
          log.push({ type: type as "ADDED" | "MODIFIED" | "DELETED", object: shown(object), at: performance.now() });
        },
        ended: finish,
      });
    });
  }

  #anyone(): Replica {
    return this.#replicas[Math.floor(this.#random() * this.#replicas.length)] as Replica;
  }
}

function isOurs({ metadata }: SeenObject): boolean {
  return metadata.name?.startsWith(ours) === true;
}

function shown({ metadata, data }: SeenObject): Shown {
  return { key: metadata.name ?? "", revision: Number(metadata.resourceVersion), value: data?.["value"] ?? "" };
}

function outcomeOf(code: number | undefined): WriteRecord["outcome"] {
  if (code === 200 || code === 201) return "taken";
  if (code === 404 || code === 409) return "refused";
  return code === 503 || code === 429 ? "failed" : "unknown";
}
