import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHistory } from "./check-history.ts";
import type { History, ListRecord, ReadRecord, Shown, WatchRecord, WriteRecord } from "./history.ts";
import { numbers } from "./numbers.ts";

/** A history that is being made, to be spoilt. */
interface Draft {
  writes: WriteRecord[];
  reads: ReadRecord[];
  lists: ListRecord[];
  watches: WatchRecord[][];
  final: History["final"];
}

/** Plays clients on a store that keeps its promises. `random` gives numbers from 0 to 1. */
function play(random: () => number, steps = 200): Draft {
  const state = new Map<string, Shown>();
  const log: WatchRecord[] = [];
  const draft: Draft = { writes: [], reads: [], lists: [], watches: [[], []], final: { revision: 0, items: [] } };
  let revision = 1;
  let clock = 0;
  const listed = (): Extract<WatchRecord, { type: "LIST" }> => ({ type: "LIST", revision, items: [...state.values()] });
  draft.watches[0]?.push(listed());
  for (let step = 0; step < steps; step++) {
    const key = `k${Math.floor(random() * 4)}`;
    const found = state.get(key);
    // Each asks a little before the store decides and hears of it a little later, so that they overlap.
    const span = { start: clock - random(), end: clock + 1 + random() };
    clock += 2.5;
    const kind = random();
    if (kind < 0.25) draft.reads.push({ ...span, key, found });
    else if (kind < 0.4) draft.lists.push({ ...span, revision, items: [...state.values()], ...(kind < 0.3 ? { cachedBy: "one" } : {}) });
    else {
      const value = random() < 0.3 && found !== undefined ? undefined : `v${step}`;
      const isLate = random() < 0.2 && revision > 10;
      const expected = isLate ? Math.max(0, (found?.revision ?? 0) - 1) : (found?.revision ?? 0);
      if (expected !== (found?.revision ?? 0)) {
        draft.writes.push({ ...span, key, value, expected, outcome: "refused" });
        continue;
      }
      revision++;
      const outcome = random() < 0.1 ? "unknown" : "taken";
      draft.writes.push({ ...span, key, value, expected, outcome, ...(outcome === "taken" && value !== undefined ? { revision } : {}) });
      const object = { key, revision, value: value ?? found?.value ?? "" };
      const at = span.end + random();
      if (value === undefined) {
        state.delete(key);
        log.push({ type: "DELETED", object, at });
      } else {
        state.set(key, object);
        log.push({ type: found === undefined ? "ADDED" : "MODIFIED", object, at });
      }
      draft.watches[0]?.push(log.at(-1) as WatchRecord);
      draft.watches[1]?.push(step === steps >> 1 ? listed() : (log.at(-1) as WatchRecord));
    }
  }
  draft.final = { revision, items: [...state.values()] };
  // The second begins later than the first.
  const [, second] = draft.watches as [WatchRecord[], WatchRecord[]];
  second.unshift({ type: "LIST", revision: 1, items: [] });
  return draft;
}

const isEvent = (entry: WatchRecord): entry is Exclude<WatchRecord, { type: "LIST" }> => entry.type !== "LIST";

/** The version that watches told of at a revision. */
function shownAt(watches: readonly WatchRecord[][], revision: number): Shown {
  return watches
    .flat()
    .filter(isEvent)
    .find(({ object }) => object.revision === revision)?.object as Shown;
}

/** Ways in which a store can break its promises: what each does to a history, and what is to be said of it. */
const breaches: readonly (readonly [what: string, spoil: (draft: Draft) => void, says: RegExp])[] = [
  [
    "a lost write, which was acknowledged and is nowhere",
    (draft) => {
      draft.writes.push({ key: "lost", value: "lost", expected: 0, outcome: "taken", revision: 10_000, start: 9_000, end: 9_001 });
      draft.watches = [];
    },
    /at the end: .* lacks lost/,
  ],
  [
    "a lost write that the next one did not see",
    (draft) => {
      const next = draft.writes.findIndex((write) => write.outcome === "taken" && write.expected > 0 && write.revision !== undefined);
      const { key, revision = 0, expected, start } = draft.writes[next] as WriteRecord;
      draft.final = { ...draft.final, revision: draft.final.revision + 1 };
      draft.writes.push({ key, value: "between", expected, outcome: "taken", revision: revision - 0.5, start: start - 1, end: start + 1 });
    },
    /came between/,
  ],
  [
    "two writes that have replaced one version",
    (draft) => {
      const won = draft.writes.find((write) => write.outcome === "taken" && write.expected > 0) as WriteRecord;
      draft.writes.push({ ...won, value: "twice", revision: draft.final.revision + 1, end: 9_000 });
    },
    /have both replaced one version/,
  ],
  [
    "a revision that fell",
    (draft) => {
      const index = draft.writes.findIndex(({ revision = 0 }) => revision > 20);
      const write = draft.writes[index] as WriteRecord;
      draft.writes[index] = { ...write, start: 9_000, end: 9_001 };
    },
    /was taken at \d+, though \d+ had been shown before/,
  ],
  [
    "a refusal without a reason",
    (draft) => draft.writes.push({ key: "nobody", value: "x", expected: 0, outcome: "refused", start: 1, end: 2 }),
    /was refused, though nothing else was written/,
  ],
  [
    "a write that is there though it failed",
    (draft) => {
      const index = draft.writes.findIndex(({ revision = 0 }) => revision > 20);
      const { revision: _, ...write } = draft.writes[index] as WriteRecord;
      draft.writes[index] = { ...write, outcome: "failed" };
    },
    /which was failed/,
  ],
  [
    "a gap in a watch",
    ({ watches: [log] }) =>
      void log?.splice(
        log.findIndex((entry) => entry.type === "MODIFIED"),
        1,
      ),
    /watcher 0: was not told of/,
  ],
  ["a watch that stops short", ({ watches: [log] }) => void log?.pop(), /watcher 0: was not told of/],
  [
    "an event that was told twice",
    ({ watches: [log = []] }) => {
      const index = log.findIndex((entry) => entry.type === "MODIFIED");
      log.splice(index, 0, log[index] as WatchRecord);
    },
    /watcher 0: was told twice of/,
  ],
  [
    "events in another order",
    ({ watches: [log = []] }) => {
      const [event] = log.splice(5, 1);
      log.splice(9, 0, event as WatchRecord);
    },
    /watcher 0: was told of \S+ at \d+ after \d+/,
  ],
  [
    "an event that shows another value",
    ({ watches: [log = []] }) => {
      const index = log.findIndex(isEvent);
      const event = log[index] as Extract<WatchRecord, { at: number }>;
      log[index] = { ...event, object: { ...event.object, value: "other" } };
    },
    /is both|which nobody wrote/,
  ],
  [
    "a stale read",
    ({ reads, writes, watches }) => {
      const update = writes.find((write) => write.outcome === "taken" && write.expected > 0 && write.value !== undefined) as WriteRecord;
      const found = shownAt(watches, update.expected);
      reads.push({ key: update.key, found, start: update.end + 0.1, end: update.end + 0.2 });
    },
    /a read of \S+ found \d+, though \d+ had been shown before/,
  ],
  [
    "a read of what had been deleted",
    ({ reads, writes, watches }) => {
      const gone = writes.find((write) => write.outcome === "taken" && write.value === undefined) as WriteRecord;
      const found = shownAt(watches, gone.expected);
      reads.push({ key: gone.key, found, start: gone.end + 0.1, end: gone.end + 0.2 });
    },
    /which had been deleted/,
  ],
  [
    "a read that misses what is there",
    ({ reads, final }) => {
      const [item] = final.items as [Shown];
      reads.push({ key: item.key, found: undefined, start: 9_000, end: 9_001 });
    },
    /a read of \S+ found nothing/,
  ],
  [
    "a stale list",
    ({ lists }) => {
      const old = lists.find(({ cachedBy }) => cachedBy === undefined) as ListRecord;
      lists.push({ ...old, start: 9_000, end: 9_001 });
    },
    /a list was of \d+, though \d+ had been shown before/,
  ],
  [
    "a list that mixes two states",
    ({ lists, final }) => lists.push({ revision: final.revision, items: final.items.slice(1), start: 9_000, end: 9_001 }),
    /the state of \d+ lacks/,
  ],
  [
    "a server's cache that went back",
    ({ lists }) => {
      const old = lists.find(({ cachedBy }) => cachedBy !== undefined) as ListRecord;
      lists.push({ ...old, start: 9_000, end: 9_001 });
    },
    /a list was of \d+, though \d+ had been shown before/,
  ],
];

test("a history of a store that keeps its promises has no faults, whatever the clients do", () => {
  for (let seed = 1; seed <= 100; seed++) assert.deepEqual(checkHistory(play(numbers(seed))), [], `seed ${seed}`);
});

for (const [what, spoil, says] of breaches) {
  test(`finds ${what}`, () => {
    for (let seed = 1; seed <= 10; seed++) {
      const draft = play(numbers(seed));
      spoil(draft);
      assert.match(checkHistory(draft).join("\n"), says, `seed ${seed}`);
    }
  });
}
