import type { CommitResult, StorageError } from "../storage.ts";
import type { Change } from "./version-store.ts";

/** Changes and bytes after which a group takes no more: so that writing it holds the event loop for a few milliseconds. */
const mostChanges = 500;
const mostBytes = 4 * 1024 * 1024;

/** Writes that become durable together or not at all. */
export interface Group {
  readonly changes: Change[];
  /**
   * The newest change of each key. A map that goes with its group, since of one that lasts V8 keeps every table that it has
   * outgrown, with all that was ever in it, until the next full collection.
   */
  readonly newest: Map<string, Change>;
  readonly outcomes: Outcome[];
  readonly endedLeases: number[];
  bytes: number;
}

/** Somebody who waits for a group, and what they are told when it is durable. */
export interface Outcome {
  readonly result: CommitResult | (() => CommitResult);
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: StorageError) => void;
}

/** The groups that wait to be written, in the order in which they were decided. */
export class Groups {
  #waiting: Group[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The group that takes what is decided now. */
  last(): Group {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.changes.length < mostChanges && last.bytes < mostBytes) return last;
    const group = emptyGroup();
    this.#waiting.push(group);
    return group;
  }

  /** The newest group that was begun, full or not. */
  newest(): Group {
    return this.#waiting.at(-1) ?? this.last();
  }

  /** The newest change of a key; undefined: no group has one. */
  change(key: string): Change | undefined {
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      const change = this.#waiting[at]?.newest.get(key);
      if (change !== undefined) return change;
    }
    return undefined;
  }

  /** Takes out the group to be written next. */
  take(): Group {
    return this.#waiting.shift() ?? emptyGroup();
  }

  /** Takes out all of them. */
  takeAll(): readonly Group[] {
    return this.#waiting.splice(0);
  }
}

function emptyGroup(): Group {
  return { changes: [], newest: new Map(), outcomes: [], endedLeases: [], bytes: 0 };
}

/** The newest revision of a group; 0 where it has no change. */
export function revisionOf(group: Group | undefined): number {
  return group?.changes.at(-1)?.revision ?? 0;
}
