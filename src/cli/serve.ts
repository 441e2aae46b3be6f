import type { Config } from "../config/config.ts";
import { parseFlags } from "../config/parse.ts";
import { readSurroundings } from "../config/surroundings.ts";
import type { RunningServer } from "../server/running-server.ts";
import type { Terminal } from "./command.ts";

/** A second signal, or this many milliseconds after the first, ends the process whatever still runs. */
const graceMilliseconds = 4500;

/** Starts a server; what `import "binnacle"` gives. Handed in, so that the command is tested without one. */
export type StartServer = (config: Config) => Promise<RunningServer>;

/** `binnacle serve`: starts a server, says where it is, and stops it at SIGTERM or SIGINT. */
export async function serve(args: readonly string[], terminal: Terminal, startServer: StartServer): Promise<number> {
  const { config, warnings } = parseFlags(args, readSurroundings(terminal.env["XDG_STATE_HOME"]));
  for (const warning of warnings) terminal.stderr.write(`binnacle: warning: ${warning}\n`);
  // From before the start: a signal while starting must not leave a half-made file behind or be lost.
  const stopped = new Promise<void>((stop) => {
    terminal.once("SIGTERM", stop);
    terminal.once("SIGINT", stop);
  });
  const starting = startServer(config);
  const server = await Promise.race([starting, stopped.then(() => undefined)]);
  // A start may wait long, for an etcd that is not up yet.
  if (server === undefined) return (await endsInTime(starting.then((late) => late.close()))) ? 0 : 1;
  terminal.stdout.write(`binnacle: ready  ${server.url}  KUBECONFIG=${server.kubeconfigPath}\n`);
  terminal.stdout.write(`try: kubectl --kubeconfig ${quote(server.kubeconfigPath)} get namespaces\n`);
  await stopped;
  return (await endsInTime(server.close())) ? 0 : 1;
}

/** Whether something ends within the grace. */
async function endsInTime(work: Promise<void>): Promise<boolean> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), graceMilliseconds);
  const grace = new Promise<boolean>((done) => late.signal.addEventListener("abort", () => done(false)));
  try {
    return await Promise.race([work.then(() => true), grace]);
  } finally {
    clearTimeout(timer);
  }
}

/** A path as a shell reads it. */
function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
