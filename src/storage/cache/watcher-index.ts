import type { CacheEvent } from "./event-window.ts";
import type { ObjectRecord } from "./record.ts";

/** Somebody who wants to know of changes. The index calls `wake` when something that may concern it has happened. */
export interface Watcher {
  /** Where to look for it: the narrowest of these that the request allows. */
  readonly scope: WatchScope;
  /** New events stand in the window. Must not throw. */
  wake(event: CacheEvent): void;
  /** The watch is over: the server closes, or the cache had to start anew. */
  end(reason: "closed" | "expired"): void;
}

/** What an object was and is. */
export type Change = Pick<CacheEvent, "key" | "current" | "previous">;

/** What part of a resource is watched, as far as an index can tell. */
export type WatchScope =
  | { readonly type: "all" }
  | { readonly type: "prefix"; readonly prefix: string }
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "field"; readonly label: string; readonly value: string };

/** Reads an indexed field of a record, "" where absent. */
type FieldReader = (record: ObjectRecord) => string;

/**
 * The watchers of one resource, by what they watch: an event of one object finds the watchers of its key, its
 * namespace, its node and of everything, and asks no other.
 */
export class WatcherIndex {
  readonly #all = new Set<Watcher>();
  readonly #byKey = new Map<string, Set<Watcher>>();
  readonly #byPrefix = new Map<string, Set<Watcher>>();
  readonly #byField = new Map<string, { readonly read: FieldReader; readonly values: Map<string, Set<Watcher>> }>();
  #count = 0;

  /** `read` is needed for a field scope: how its value is found in a record. */
  add(watcher: Watcher, read?: FieldReader): void {
    this.#setOf(watcher, read).add(watcher);
    this.#count++;
  }

  remove(watcher: Watcher): void {
    const { scope } = watcher;
    const set = this.#find(scope);
    if (set === undefined || !set.delete(watcher)) return;
    this.#count--;
    if (set.size > 0) return;
    if (scope.type === "key") this.#byKey.delete(scope.key);
    if (scope.type === "prefix") this.#byPrefix.delete(scope.prefix);
    if (scope.type === "field") {
      const field = this.#byField.get(scope.label);
      field?.values.delete(scope.value);
      if (field?.values.size === 0) this.#byField.delete(scope.label);
    }
  }

  /** Wakes whoever may be concerned, event by event. */
  tell(events: readonly CacheEvent[]): void {
    if (this.#count === 0) return;
    for (const event of events) this.#visit(event, (watcher) => watcher.wake(event));
  }

  /** Ends the watches of whom a change may concern that cannot be told as an event. */
  expire(changes: readonly Change[]): void {
    const concerned = new Set<Watcher>();
    for (const change of changes) this.#visit(change, (watcher) => void concerned.add(watcher));
    for (const watcher of concerned) watcher.end("expired");
  }

  endAll(reason: "closed" | "expired"): void {
    const everyone = [
      ...this.#all,
      ...sets(this.#byKey),
      ...sets(this.#byPrefix),
      ...[...this.#byField.values()].flatMap((field) => sets(field.values)),
    ];
    for (const watcher of everyone) watcher.end(reason);
  }

  #visit({ key, current, previous }: Change, visit: (watcher: Watcher) => void): void {
    for (const watcher of this.#all) visit(watcher);
    for (const watcher of this.#byKey.get(key) ?? []) visit(watcher);
    if (this.#byPrefix.size > 0) {
      for (const watcher of this.#byPrefix.get(key.slice(0, key.lastIndexOf("/") + 1)) ?? []) visit(watcher);
    }
    for (const { read, values } of this.#byField.values()) {
      const now = current === undefined ? undefined : read(current);
      const before = previous === undefined ? undefined : read(previous);
      if (now !== undefined) for (const watcher of values.get(now) ?? []) visit(watcher);
      if (before !== undefined && before !== now) for (const watcher of values.get(before) ?? []) visit(watcher);
    }
  }

  #find(scope: WatchScope): Set<Watcher> | undefined {
    switch (scope.type) {
      case "all":
        return this.#all;
      case "key":
        return this.#byKey.get(scope.key);
      case "prefix":
        return this.#byPrefix.get(scope.prefix);
      case "field":
        return this.#byField.get(scope.label)?.values.get(scope.value);
    }
  }

  #setOf({ scope }: Watcher, read: FieldReader | undefined): Set<Watcher> {
    switch (scope.type) {
      case "all":
        return this.#all;
      case "key":
        return ensure(this.#byKey, scope.key);
      case "prefix":
        return ensure(this.#byPrefix, scope.prefix);
      case "field": {
        let field = this.#byField.get(scope.label);
        if (field === undefined) {
          if (read === undefined) throw new TypeError(`no reader for the indexed field ${scope.label}`);
          this.#byField.set(scope.label, (field = { read, values: new Map() }));
        }
        return ensure(field.values, scope.value);
      }
    }
  }
}

function ensure<K>(map: Map<K, Set<Watcher>>, key: K): Set<Watcher> {
  let set = map.get(key);
  if (set === undefined) map.set(key, (set = new Set()));
  return set;
}

function sets(map: ReadonlyMap<string, Set<Watcher>>): Watcher[] {
  return [...map.values()].flatMap((set) => [...set]);
}
