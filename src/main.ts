import { setFlagsFromString } from "node:v8";
import { runCommand } from "./cli/command.ts";
import { startServer } from "./server/start.ts";

// The `binnacle` command. Everything that reads the process (arguments, environment, signals) does so from here.

// The heap grows by less before garbage is looked for: a quarter of a loaded server's memory for hardly any more CPU.
setFlagsFromString("--heap-growing-percent=40");

// Values on their way to the store are cut from pools; of larger ones fewer have to be made, which is a tenth of a create.
Buffer.poolSize = 64 * 1024;

// A server outlives the terminal or pipe that it was started from.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

process.exitCode = await runCommand(process.argv.slice(2), process, startServer);
// Whatever is still open now was not worth waiting for: an idle connection of a client, a timer.
setTimeout(() => process.exit(), 100).unref();
