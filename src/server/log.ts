import { pino } from "pino";
import type { HttpLog } from "../http/log.ts";
import type { ReloadLog } from "./reloaded-file.ts";

/** What all parts of a server write their log to. */
export type ServerLog = HttpLog & ReloadLog;

/** The server's log: one JSON line an entry on stderr, so that stdout stays for what a user reads. */
export function serverLog(): ServerLog {
  return pino({ level: "info", base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
