import { UsageError } from "../config/usage-error.ts";
import { StartupError } from "../object/startup-error.ts";
import { copy } from "./copy.ts";
import { explainAccess } from "./explain-access.ts";
import { printPasswordHash } from "./hash-password.ts";
import { printHelp } from "./help.ts";
import type { StartServer } from "./serve.ts";
import { serve } from "./serve.ts";
import { printVersion } from "./version.ts";

/** What a subcommand sees of the process. */
export interface Terminal {
  readonly stdin: AsyncIterable<unknown> & { readonly isTTY?: boolean };
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  once(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
}

/** Runs a subcommand with its own arguments and gives the exit code. */
type Subcommand = (args: readonly string[], terminal: Terminal, startServer: StartServer) => Promise<number> | number;

const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["serve", serve],
  ["copy", copy],
  ["explain-access", explainAccess],
  ["hash-password", printPasswordHash],
  ["version", printVersion],
  ["help", printHelp],
]);

/** Exit codes: 0 done, 1 a fault while starting or running, 2 a command line that cannot be followed. */
const exit = { fault: 1, usage: 2 } as const;

/** The whole command: picks the subcommand (`serve` where none is named), and says in a line what went wrong. */
export async function runCommand(args: readonly string[], terminal: Terminal, startServer: StartServer): Promise<number> {
  try {
    const { name, rest } = split(args);
    const subcommand = subcommands.get(name);
    if (subcommand === undefined) throw new UsageError(`unknown command "${name}"; there are ${[...subcommands.keys()].join(", ")}`);
    return await subcommand(rest, terminal, startServer);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr.write(`binnacle: ${error.message}\n`);
      return exit.usage;
    }
    if (error instanceof StartupError) {
      terminal.stderr.write(`binnacle: ${error.message}. To do: ${error.advice}.\n`);
      return exit.fault;
    }
    terminal.stderr.write(`binnacle: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exit.fault;
  }
}

function split(args: readonly string[]): { readonly name: string; readonly rest: readonly string[] } {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return { name: "help", rest: [] };
  if (args.some((arg) => arg === "--version")) return { name: "version", rest: [] };
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith("-")) return { name: "serve", rest: args };
  return { name: first, rest };
}
