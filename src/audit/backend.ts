import type { AuditEvent } from "./event.ts";

/** Where events go. */
export interface AuditBackend extends AsyncDisposable {
  /** Takes an event. False: it is lost, and the request that it is about must fail. */
  accept(event: AuditEvent): boolean | Promise<boolean>;
}

/** Brings events to where they go, in order. Errors: Error saying why they could not be kept. */
export type Deliver = (events: readonly AuditEvent[]) => void | Promise<void>;

/** Told of events that are lost: how many, of which backend, and why. */
export type OnLost = (backend: string, count: number, why: unknown) => void;

/** When events go out: the request waits for its event; the same, and it fails if its first cannot be kept; or in batches. */
export type AuditMode = "blocking" | "blocking-strict" | "batch";

/** Several backends as one: each gets every event, and one that loses it loses it for all. */
export function backends(all: readonly AuditBackend[]): AuditBackend {
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  return {
    accept(event) {
      const results = all.map((each) => each.accept(event));
      return results.some((result) => typeof result !== "boolean")
        ? Promise.all(results.map((result) => Promise.resolve(result))).then((kept) => kept.every(Boolean))
        : results.every(Boolean);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

/** A backend that brings each event on its way before its request goes on. `strict`: a lost first event fails the request. */
export function blockingBackend(name: string, deliver: Deliver, strict: boolean, onLost: OnLost): AuditBackend {
  const lost = ({ stage }: AuditEvent, why: unknown): boolean => {
    onLost(name, 1, why);
    return !(strict && stage === "RequestReceived");
  };
  return {
    accept(event) {
      try {
        const delivering = deliver([event]);
        return delivering === undefined
          ? true
          : delivering.then(
              () => true,
              (why: unknown) => lost(event, why),
            );
      } catch (why) {
        return lost(event, why);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}
