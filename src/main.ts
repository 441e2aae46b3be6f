import { runCommand } from "./cli/command.ts";
import { startServer } from "./server/start.ts";

process.exitCode = await runCommand(
  process.argv.slice(2),
  { stdout: process.stdout, stderr: process.stderr, env: process.env, once: (signal, listener) => process.once(signal, listener) },
  startServer,
);
