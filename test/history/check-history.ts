import { Floor, floors } from "./floors.ts";
import type { History, Shown, WatchRecord } from "./history.ts";
import { knownVersions, mayHaveBeenTaken, type KnownKey } from "./known-versions.ts";

type Keys = ReadonlyMap<string, KnownKey>;

/**
 * What in a history cannot be, if the store keeps its promises: acknowledged writes are there, revisions rise in real
 * time, compare-and-swap is linearizable for each key, every watcher was told of every change once and in order, and no
 * read went back in time. Each fault is a sentence.
 */
export function checkHistory(history: History): string[] {
  const { keys, faults } = knownVersions(history);
  return [
    ...faults,
    ...writeFaults(history, keys),
    ...readFaults(history, keys),
    ...listFaults(history, keys),
    ...history.watches.flatMap((log, index) => watchFaults(log, history, keys).map((fault) => `watcher ${index}: ${fault}`)),
  ];
}

function writeFaults({ writes, ...rest }: History, keys: Keys): string[] {
  const faults: string[] = [];
  const { all } = floors({ writes, ...rest });
  const winners = new Map<string, string>();
  for (const { key, value, expected, outcome, revision, start, end } of writes) {
    const what = `${value ?? "the delete"} of ${key} at ${expected}`;
    const known = keys.get(key) as KnownKey;
    if (outcome === "refused") {
      const other = known.writes.some(
        (write) => mayHaveBeenTaken(write) && write.start < end && (write.revision === undefined || write.revision > expected),
      );
      if (!other) faults.push(`${what} was refused, though nothing else was written`);
      continue;
    }
    if (outcome !== "taken") continue;
    if (expected > 0) {
      const before = winners.get(`${key} ${expected}`);
      if (before !== undefined) faults.push(`${what} and ${before} have both replaced one version`);
      winners.set(`${key} ${expected}`, what);
      if (known.at(expected)?.value === undefined || known.at(expected)?.revision !== expected)
        faults.push(`${what} was taken, though there was no such version`);
    }
    if (revision === undefined) {
      // Whatever came after the version that was deleted is its deletion.
      const [next] = known.between(expected, Infinity);
      if (next?.value !== undefined && !wasCreated(known, next.value)) faults.push(`${what} was taken, but then ${next.value} came`);
      continue;
    }
    const floor = all.before(start);
    if (revision <= floor) faults.push(`${what} was taken at ${revision}, though ${floor} had been shown before`);
    const previous = known.before(revision);
    if (expected > 0 && previous !== undefined && previous.revision > expected)
      faults.push(`${what} was taken at ${revision}, though ${previous.revision} came between`);
    if (expected === 0 && previous?.value !== undefined && !known.mayBeDeleted(previous.revision, end))
      faults.push(`${what} was taken at ${revision}, though ${previous.value} was there`);
  }
  return faults;
}

function wasCreated({ writes }: KnownKey, value: string): boolean {
  return writes.some((write) => write.value === value && write.expected === 0);
}

function readFaults(history: History, keys: Keys): string[] {
  const faults: string[] = [];
  const { of } = floors(history);
  const deleted = deletions(history);
  for (const { key, found, start, end } of history.reads) {
    const floor = of(key).before(start);
    if (found !== undefined) {
      if (found.revision < floor) faults.push(`a read of ${key} found ${found.revision}, though ${floor} had been shown before`);
      if (found.revision <= (deleted.get(key)?.before(start) ?? 0))
        faults.push(`a read of ${key} found ${found.revision}, which had been deleted`);
    } else if (floor > 0 && !mayBeAbsent(keys.get(key), floor, end))
      faults.push(`a read of ${key} found nothing, though ${floor} had been shown before`);
  }
  return faults;
}

/** Until which version each key was deleted for certain, by when that was acknowledged. */
function deletions({ writes }: History): Map<string, Floor> {
  const deleted = new Map<string, Floor>();
  for (const { key, value, expected, outcome, end } of writes) {
    if (value !== undefined || outcome !== "taken") continue;
    const floor = deleted.get(key) ?? new Floor();
    floor.add(end, expected);
    deleted.set(key, floor);
  }
  return deleted;
}

/** Whether a key may have been absent at a moment, after a version of it had been seen (or its deletion). */
function mayBeAbsent(known: KnownKey | undefined, floor: number, moment: number): boolean {
  if (known === undefined) return true;
  if (known.at(floor)?.value === undefined) return true;
  return known.between(floor - 1, Infinity).some(({ revision, value }) => value === undefined || known.mayBeDeleted(revision, moment));
}

function listFaults(history: History, keys: Keys): string[] {
  const faults: string[] = [];
  const { all } = floors(history);
  const cached = new Map<string, Floor>();
  const byCache = (process: string): Floor => {
    const floor = cached.get(process) ?? new Floor();
    cached.set(process, floor);
    return floor;
  };
  for (const { cachedBy, revision, end } of history.lists) if (cachedBy !== undefined) byCache(cachedBy).add(end, revision);
  for (const { start, revision, items, cachedBy } of history.lists) {
    const floor = (cachedBy === undefined ? all : byCache(cachedBy)).before(start);
    if (revision < floor) faults.push(`a list was of ${revision}, though ${floor} had been shown before`);
    faults.push(...stateFaults(revision, items, keys));
  }
  const { revision, items } = history.final;
  return [...faults, ...stateFaults(Math.max(revision, all.before(Infinity)), items, keys).map((fault) => `at the end: ${fault}`)];
}

/** A state shows of each key the newest version up to its revision, and nothing newer. */
function stateFaults(revision: number, items: readonly Shown[], keys: Keys): string[] {
  const faults: string[] = [];
  const shown = new Map(items.map((item) => [item.key, item]));
  for (const [key, known] of keys) {
    const item = shown.get(key);
    const newest = known.at(revision);
    if (item === undefined) {
      if (newest?.value !== undefined && !known.mayBeDeleted(newest.revision, Infinity))
        faults.push(`the state of ${revision} lacks ${key}, which was ${newest.value} at ${newest.revision}`);
    } else if (item.revision > revision) faults.push(`the state of ${revision} has ${key} of ${item.revision}`);
    else if (newest !== undefined && newest.revision !== item.revision)
      faults.push(`the state of ${revision} has ${key} of ${item.revision}, not of ${newest.revision}`);
  }
  return faults;
}

function watchFaults(log: readonly WatchRecord[], history: History, keys: Keys): string[] {
  const faults: string[] = [];
  let present = new Map<string, number>();
  let from = 0;
  let last = 0;
  let told = new Set<number>();
  const endSegment = (upTo: number): void => {
    for (const [key, { versions }] of keys) {
      for (const { revision } of versions) {
        if (revision > from && revision <= upTo && !told.has(revision)) faults.push(`was not told of ${key} at ${revision}`);
      }
    }
  };
  for (const entry of log) {
    if (entry.type === "LIST") {
      endSegment(last);
      if (entry.revision < last) faults.push(`began anew at ${entry.revision}, though it was at ${last}`);
      from = last = entry.revision;
      told = new Set();
      present = new Map(entry.items.map(({ key, revision }) => [key, revision]));
      faults.push(...stateFaults(entry.revision, entry.items, keys));
      continue;
    }
    const { type, object } = entry;
    const { key, revision } = object;
    if (told.has(revision)) faults.push(`was told twice of ${key} at ${revision}`);
    else if (revision <= last) faults.push(`was told of ${key} at ${revision} after ${last}`);
    told.add(revision);
    last = Math.max(last, revision);
    const was = present.has(key);
    if ((type === "ADDED") === was) faults.push(`was told ${type} of ${key} at ${revision}, which was ${was ? "there" : "not there"}`);
    if (type === "DELETED") present.delete(key);
    else present.set(key, revision);
  }
  endSegment(Math.max(history.final.revision, last));
  return faults;
}
