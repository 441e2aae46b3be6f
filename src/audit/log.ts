import { legacyLine } from "./legacy-line.ts";
import { EVENT_HEAD, eventMembers } from "./event.ts";
import type { Deliver } from "./backend.ts";

/** Takes whole lines, and is done with them when it returns. Errors: what keeps them from being written. */
export interface LineWriter {
  write(lines: string | Buffer): void;
}

/** Writes events as lines of JSON, or of the original's older format. */
export function logDelivery(writer: LineWriter, format: "json" | "legacy"): Deliver {
  return (events) => {
    let lines = "";
    for (const event of events) lines += format === "json" ? `${EVENT_HEAD}${eventMembers(event)}\n` : `${legacyLine(event)}\n`;
    writer.write(lines);
  };
}
