/** When something was asked, and when its answer was there: milliseconds of one clock for all clients. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** One compare-and-swap: create, update or delete of an object at a version that the client knew. */
export interface WriteRecord extends Span {
  readonly key: string;
  /** No two writes have one; undefined: a delete. */
  readonly value: string | undefined;
  /** The version that had to be there; 0: none. */
  readonly expected: number;
  /** Refused: another version was there. Failed: nothing was written, as the answer says. Unknown: another error, or no answer. */
  readonly outcome: "taken" | "refused" | "failed" | "unknown";
  /** Of a put that was taken; a delete's answer does not tell it. */
  readonly revision?: number;
}

/** A version of an object that somebody was shown. */
export interface Shown {
  readonly key: string;
  readonly revision: number;
  readonly value: string;
}

/** One object in its newest state; undefined: it was not there. */
export interface ReadRecord extends Span {
  readonly key: string;
  readonly found: Shown | undefined;
}

/** A list that a client read. */
export interface ListRecord extends Span {
  readonly revision: number;
  readonly items: readonly Shown[];
  /** Where any state would do (resourceVersion=0): the server's process, which never shows an older one than it did before. */
  readonly cachedBy?: string;
}

/** What a watch told, in the order in which it came; a list is where it began, or had to begin anew (410). */
export type WatchRecord =
  | { readonly type: "LIST"; readonly revision: number; readonly items: readonly Shown[] }
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: Shown; readonly at: number };

/** Everything that clients saw of one collection, all by themselves. */
export interface History {
  readonly writes: readonly WriteRecord[];
  readonly reads: readonly ReadRecord[];
  readonly lists: readonly ListRecord[];
  /** One log for each watcher, over all its connections. */
  readonly watches: readonly (readonly WatchRecord[])[];
  /** The state when all was quiet; by then every watcher had been told of everything. */
  readonly final: { readonly revision: number; readonly items: readonly Shown[] };
}
