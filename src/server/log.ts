import { pino } from "pino";
import type { HttpLog } from "../http/log.ts";
import type { ReloadLog } from "./reloaded-file.ts";

/** The server's log: one JSON line an entry on stderr, so that stdout stays for what a user reads. */
export function serverLog(): HttpLog & ReloadLog {
  return pino({ level: "info", base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
