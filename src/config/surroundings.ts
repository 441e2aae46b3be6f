import { homedir, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Surroundings } from "./config.ts";

/**
 * What this machine and user say. `stateHome` is the value of XDG_STATE_HOME where it is set (XDG Base Directory
 * Specification: relative paths in it are to be ignored).
 */
export function readSurroundings(stateHome: string | undefined): Surroundings {
  return {
    stateDirectory: stateHome?.startsWith("/") === true ? stateHome : join(homedir(), ".local", "state"),
    addresses: Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && !address.address.startsWith("fe80:"))
      .map((address) => address.address),
  };
}
