import { helpText } from "../config/reference.ts";
import type { Terminal } from "./command.ts";

const usage = `Binnacle is a Kubernetes API server (v1.36): kubectl and controllers talk to it as to kube-apiserver.

Usage:
  binnacle [serve] [flags]   start a server, on the embedded store unless told otherwise
  binnacle copy              copy a data directory's store to an empty etcd (--from DIR --to URL), or back
  binnacle explain-access    say why a user may or may not do something
  binnacle hash-password     make a line of --basic-auth-file from a password on standard input
  binnacle version           print the version
  binnacle help              print this

Flags are written --name=value. They have the names and meaning of kube-apiserver's.
`;

/** `binnacle help` and `--help`. */
export function printHelp(_: readonly string[], terminal: Terminal): number {
  terminal.stdout.write(`${usage}\n${helpText()}\n`);
  return 0;
}
