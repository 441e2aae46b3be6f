import { hostPort } from "../object/ip.ts";
import { StartupError } from "../object/startup-error.ts";

/** What a user can do about each reason for which a port cannot be opened. */
const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: "stop the program that has this port, or choose another one with --secure-port (0 takes any free one)",
  EACCES: "choose a port from 1024 up with --secure-port; lower ones are for privileged users",
  EADDRNOTAVAIL: "choose an address of this machine with --bind-address",
};

/** The fault to report where a port cannot be opened: a StartupError where its user can mend it, else the error itself. */
export function listenFault(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const todo = Object.hasOwn(advice, code) ? advice[code] : undefined;
  if (todo === undefined) return error;
  return new StartupError(`cannot listen on ${hostPort(host, port)} (${code})`, todo, error);
}
