import type { ServerOptions } from "./config/options.ts";
import { completeOptions } from "./config/options.ts";
import { readSurroundings } from "./config/surroundings.ts";
import type { RunningServer } from "./server/running-server.ts";
import { startServer as start, type Embedding } from "./server/start.ts";

export type { AdmissionFunction, AdmissionRequest } from "./admission/in-process.ts";
export type { Config, Limits, StorageBackend } from "./config/config.ts";
export type { PortRange } from "./config/flag.ts";
export type { ServerOptions } from "./config/options.ts";
export type { Embedding } from "./server/start.ts";
export type { RunningServer } from "./server/running-server.ts";
export type { DialAddress, ServicePort } from "./webhook/service-address.ts";
export { StartupError } from "./object/startup-error.ts";

/**
 * Starts a server in this process and resolves when it serves. What the options leave out is as the command has it
 * without flags; the data directory then is the user's own. Throws StartupError for what a user can mend.
 *
 *     await using server = await startServer({ dataDir: "/tmp/cluster", port: 0 });
 */
export async function startServer(options: ServerOptions & Embedding = {}): Promise<RunningServer> {
  const { admission, resolveService, ...config } = options;
  const embedding = { ...(admission === undefined ? {} : { admission }), ...(resolveService === undefined ? {} : { resolveService }) };
  return start(completeOptions(config, readSurroundings(undefined)), embedding);
}
