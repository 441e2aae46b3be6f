import { kubernetesVersion, packageVersion } from "../config/data-files.ts";
import { UsageError } from "../config/usage-error.ts";
import type { Terminal } from "./command.ts";

/** `binnacle version` and `--version`: this package's version, and the release of Kubernetes whose API it serves. */
export function printVersion(args: readonly string[], terminal: Terminal): number {
  if (args.length > 0) throw new UsageError(`version takes no arguments, not "${args[0]}"`);
  terminal.stdout.write(`binnacle ${packageVersion()} (Kubernetes API ${kubernetesVersion})\n`);
  return 0;
}
