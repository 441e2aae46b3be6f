import { parseDuration } from "../object/duration.ts";
import { badRequest, StatusError, timeout } from "../object/status.ts";
import type { RequestContext } from "./context.ts";
import type { RequestInfo } from "./info.ts";
import type { Overdue } from "./overdue.ts";

/** Verbs and subresources that last as long as the client likes. */
const LONG_RUNNING: ReadonlySet<string> = new Set(["watch", "proxy"]);
const LONG_RUNNING_SUBRESOURCES: ReadonlySet<string> = new Set(["attach", "exec", "proxy", "log", "portforward"]);

/** Whether a request may last as long as the client likes. */
export function isLongRunning(info: RequestInfo): boolean {
  return info.isResourceRequest && (LONG_RUNNING.has(info.verb) || LONG_RUNNING_SUBRESOURCES.has(info.subresource));
}

/** Limits from here on are kept to the second, by `Overdue`; shorter ones have a timer of their own. In milliseconds. */
const COARSE_FROM = 10_000;

/**
 * Waits for a request's answer, but no longer than the server's limit or the `timeout` that the client gave, whichever is
 * shorter. What was begun goes on; its answer is not waited for. Errors: StatusError 504 when time is up, 400 for a
 * timeout that is none, and the work's own.
 */
export async function withDeadline<T>(context: RequestContext, limitMs: number, overdue: Overdue, work: () => Promise<T>): Promise<T> {
  const { info } = context;
  if (isLongRunning(info)) return work();
  const limit = Math.min(limitMs, askedTimeout(info.query.get("timeout")) ?? limitMs);
  context.deadline = context.receivedAt + limit;
  // One promise: a race of two costs every request three more.
  return new Promise((resolve, reject) => {
    const stop = inTime(limit, overdue, () => reject(new TimeUp()));
    work().then(
      (answer) => {
        stop();
        resolve(answer);
      },
      (error: unknown) => {
        stop();
        reject(error as Error);
      },
    );
  });
}

/** Calls `expire` when the limit is over, unless what it gives is called before. */
function inTime(limit: number, overdue: Overdue, expire: () => void): () => void {
  if (limit < COARSE_FROM) {
    const timer = setTimeout(expire, limit);
    return () => clearTimeout(timer);
  }
  const due = overdue.add({ at: performance.now() + limit, expire });
  return () => overdue.done(due);
}

/** The 504 of a request whose time is over, as its client is told. */
export class TimeUp extends StatusError {
  constructor() {
    super(timeout("request did not complete within the allotted timeout").status);
  }
}

/** The same in the words of whoever was at the request, as the audit is told. */
export function deadlineExceeded(): StatusError {
  return timeout("request did not complete within requested timeout - context deadline exceeded");
}

/** The `timeout` of a query in milliseconds: a Go duration. */
function askedTimeout(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  try {
    const milliseconds = Number(parseDuration(text) / 1_000_000n);
    return milliseconds > 0 ? milliseconds : undefined;
  } catch {
    throw badRequest("invalid timeout specified in the request URL");
  }
}
