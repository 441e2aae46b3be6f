import { pino } from "pino";
import type { HttpLog } from "../http/log.ts";

/** The server's log: one JSON line an entry on stderr, so that stdout stays for what a user reads. */
export function serverLog(): HttpLog {
  return pino({ level: "info", base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
