import type { KeyValue, RangeRequest, RangeResult } from "../storage.ts";
import type { Scan, ScanResult } from "./version-store.ts";

/**
 * Reads a range as of one revision, slice by slice, yielding between them: behind a full page it looks for one more
 * pair, or counts all of them. `scan` throws where the revision can no longer be read.
 */
export async function readRange(request: RangeRequest, revision: number, scan: (scan: Scan) => ScanResult): Promise<RangeResult> {
  const { start, end, limit = 0, keysOnly = false, count = false } = request;
  const most = limit > 0 ? limit : Infinity;
  const items: KeyValue[] = [];
  let at: string = start;
  let met = 0;
  for (;;) {
    const isFull = items.length >= most;
    const slice = scan({
      start: at,
      end,
      revision,
      limit: isFull ? 1 : most - items.length,
      keysOnly: keysOnly || isFull,
      countOnly: isFull && count,
    });
    met += slice.met;
    if (!isFull) for (const item of slice.items) items.push(item);
    const isAnswered = isFull && !count && met > most;
    if (slice.next === undefined || isAnswered) break;
    at = slice.next;
    // A slice that ended early has worked for long enough.
    if (isFull || items.length < most) await new Promise(setImmediate);
  }
  const result = { items, revision, more: met > items.length };
  return count ? { ...result, count: met } : result;
}
