import type { AuditBackend, Deliver, OnLost } from "./backend.ts";
import type { AuditEvent } from "./event.ts";

/** How events wait and go out in batches. */
export interface BatchOptions {
  /** Events that may wait; more are lost. */
  readonly bufferSize: number;
  /** Events of one batch. */
  readonly maxSize: number;
  /** How long a batch is filled, in milliseconds. */
  readonly maxWaitMs: number;
  /** Batches a second, and how many may go at once after a pause; undefined: as many as there are. */
  readonly throttle: { readonly qps: number; readonly burst: number } | undefined;
  /** Batches under way at a time: a slow receiver must not hold up those behind. */
  readonly parallel: number;
}

/** Bytes of objects that may wait: events of the levels that have them can be megabytes each. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

/**
 * A backend whose requests never wait: events queue and go out in batches. What does not fit is lost, and told. Disposing
 * sends what waits and waits for it.
 */
export function batchBackend(name: string, options: BatchOptions, deliver: Deliver, onLost: OnLost, clock: () => number): AuditBackend {
  const { bufferSize, maxSize, maxWaitMs, throttle, parallel } = options;
  const tokens = throttle === undefined ? undefined : new TokenBucket(throttle.qps, throttle.burst, clock);
  const waiting: AuditEvent[] = [];
  const underWay = new Set<Promise<void>>();
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  /** When what waits has waited long enough. */
  let fullAt = 0;
  let closing = false;

  const arm = (ms: number): void => {
    const at = clock() + ms;
    if (timer !== undefined && dueAt <= at) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(due, ms);
  };
  const due = (): void => {
    timer = undefined;
    send();
  };
  /** Sends full batches, and one that is not where its time is up. */
  const send = (): void => {
    while (waiting.length > 0 && underWay.size < parallel && (closing || waiting.length >= maxSize || clock() >= fullAt)) {
      const delay = closing ? 0 : (tokens?.take() ?? 0);
      if (delay > 0) return arm(delay);
      const batch = waiting.splice(0, maxSize);
      fullAt = clock() + maxWaitMs;
      for (const event of batch) bytes -= sizeOf(event);
      const going: Promise<void> = start(batch).finally(() => {
        underWay.delete(going);
        send();
      });
      underWay.add(going);
    }
    if (waiting.length > 0 && underWay.size < parallel) arm(Math.max(0, fullAt - clock()));
  };
  const start = async (batch: readonly AuditEvent[]): Promise<void> => {
    try {
      await deliver(batch);
    } catch (why) {
      onLost(name, batch.length, why);
    }
  };

  return {
    accept(event) {
      const size = sizeOf(event);
      if (closing || waiting.length >= bufferSize || bytes + size > MAX_WAITING_BYTES) {
        onLost(name, 1, new Error("audit buffer queue blocked"));
        return true;
      }
      if (waiting.length === 0) fullAt = clock() + maxWaitMs;
      waiting.push(event);
      bytes += size;
      if (underWay.size < parallel) arm(waiting.length >= maxSize ? 0 : maxWaitMs);
      return true;
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      clearTimeout(timer);
      send();
      while (underWay.size > 0) await Promise.race(underWay);
      clearTimeout(timer);
    },
  };
}

function sizeOf({ requestObject, responseObject }: AuditEvent): number {
  return requestObject.length + responseObject.length;
}

/** Lets `qps` through a second, and up to `burst` after a pause. */
class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #clock: () => number;
  #tokens: number;
  #seen: number;

  constructor(qps: number, burst: number, clock: () => number) {
    this.#perMs = qps / 1000;
    this.#burst = Math.max(1, burst);
    this.#clock = clock;
    this.#tokens = this.#burst;
    this.#seen = clock();
  }

  /** Takes one: 0; or how many milliseconds to wait for one. */
  take(): number {
    const now = this.#clock();
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#seen) * this.#perMs);
    this.#seen = now;
    if (this.#tokens < 1) return Math.max(1, Math.ceil((1 - this.#tokens) / this.#perMs));
    this.#tokens -= 1;
    return 0;
  }
}
