import type { Deliver, OnLost } from "./backend.ts";
import { eventMembers, type AuditEvent } from "./event.ts";

/** Annotation of events that lost their objects to a limit. */
export const TRUNCATED = "audit.k8s.io/truncated";

/** [--audit-log-truncate-max-event-size and -max-batch-size], in bytes. */
export interface TruncateLimits {
  readonly eventBytes: number;
  readonly batchBytes: number;
}

/**
 * Delivers events in batches that are no larger than the limit. An event that is too large loses its objects; one that is
 * still too large is lost.
 */
export function truncating(name: string, limits: TruncateLimits, deliver: Deliver, onLost: OnLost): Deliver {
  return async (events) => {
    let batch: AuditEvent[] = [];
    let size = 0;
    for (const whole of events) {
      const { event, bytes } = fitting(whole, limits.eventBytes);
      if (bytes > limits.eventBytes) {
        onLost(name, 1, new Error("event is too large even after truncating"));
        continue;
      }
      if (batch.length > 0 && size + bytes > limits.batchBytes) {
        await deliver(batch);
        batch = [];
        size = 0;
      }
      batch.push(event);
      size += bytes;
    }
    if (batch.length > 0) await deliver(batch);
  };
}

function fitting(event: AuditEvent, limit: number): { readonly event: AuditEvent; readonly bytes: number } {
  const bytes = sizeOf(event);
  if (bytes <= limit || event.facts.level === "Metadata") return { event, bytes };
  const cut = {
    ...event,
    requestObject: "",
    responseObject: "",
    annotations: [...event.annotations.filter(([key]) => key !== TRUNCATED), [TRUNCATED, "true"] as const].sort(([a], [b]) =>
      a < b ? -1 : 1,
    ),
  };
  return { event: cut, bytes: sizeOf(cut) };
}

function sizeOf(event: AuditEvent): number {
  return Buffer.byteLength(eventMembers(event));
}
