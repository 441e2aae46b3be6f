import { runCommand } from "./cli/command.ts";
import { startServer } from "./server/start.ts";

// The `binnacle` command. Everything that reads the process (arguments, environment, signals) does so from here.

// A server outlives the terminal or pipe that it was started from.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

process.exitCode = await runCommand(process.argv.slice(2), process, startServer);
// Whatever is still open now was not worth waiting for: an idle connection of a client, a timer.
setTimeout(() => process.exit(), 100).unref();
