import { setTimeout as sleep } from "node:timers/promises";
import { statusText, type WebhookAnswer } from "../webhook/webhook-client.ts";
import type { Deliver } from "./backend.ts";
import { eventMembers } from "./event.ts";

interface WebhookDeliveryOptions {
  /** Milliseconds before the second try. */
  readonly initialBackoffMs: number;
  /** A number in [0, 1), to spread retries. */
  readonly random: () => number;
  /** Aborted when the server will wait no longer. */
  readonly signal: AbortSignal;
}

/** Tries of one batch, and how much longer each wait is than the one before. */
const TRIES = 5;
const BACKOFF_FACTOR = 1.5;
const JITTER = 0.2;
/** How often one try is made again because its answer names a time to come back; and the longest such time. */
const COME_BACKS = 10;
const MAX_COME_BACK_MS = 60_000;

/**
 * Posts batches as EventLists. Whatever goes wrong is tried again, since every answer but a good one means that events are
 * not kept. Errors: Error of the last try.
 */
export function webhookDelivery(post: (body: Buffer) => Promise<WebhookAnswer>, options: WebhookDeliveryOptions): Deliver {
  const { initialBackoffMs, random, signal } = options;
  return async (events) => {
    const items = events.map((event) => `{${eventMembers(event)}`).join(",");
    const body = Buffer.from(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}`);
    let wait = initialBackoffMs;
    for (let tries = 1; ; tries++) {
      try {
        return await once(post, body, signal);
      } catch (error) {
        if (tries === TRIES || signal.aborted) throw error;
        await pause(wait * (1 + JITTER * random()), signal);
        wait *= BACKOFF_FACTOR;
      }
    }
  };
}

/** One try, made again as long as its answer says when to come back. */
async function once(post: (body: Buffer) => Promise<WebhookAnswer>, body: Buffer, signal: AbortSignal): Promise<void> {
  for (let comeBacks = 0; ; comeBacks++) {
    signal.throwIfAborted();
    const { status, text, retryAfter } = await post(body);
    if (status >= 200 && status <= 299) return;
    const seconds = retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
    if (seconds === undefined || (status !== 429 && status < 500) || comeBacks === COME_BACKS) throw new Error(statusText(status, text));
    await pause(Math.min(seconds * 1000, MAX_COME_BACK_MS), signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
