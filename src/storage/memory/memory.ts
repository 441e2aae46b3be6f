import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { EmbeddedStorage } from "../embedded/engine.ts";
import type { Failpoints } from "../embedded/commit-queue.ts";
import { defaultHistoryWindow } from "../embedded/revisions.ts";
import { MemoryVersions } from "./memory-versions.ts";

export interface MemoryOptions {
  readonly clock?: Clock;
  /** Milliseconds that history is kept at least; 0: until compacted. Default: five minutes. */
  readonly historyWindow?: number;
  readonly failpoints?: Failpoints;
}

/** A store that lives as long as its process: for tests, and for control planes that are thrown away. */
export function openMemoryStorage({
  clock = systemClock,
  historyWindow = defaultHistoryWindow,
  failpoints,
}: MemoryOptions = {}): EmbeddedStorage {
  return new EmbeddedStorage({ store: new MemoryVersions(), clock, historyWindow, ...(failpoints === undefined ? {} : { failpoints }) });
}
