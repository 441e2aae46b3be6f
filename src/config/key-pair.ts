import type { FlagValues } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** PEM files of a certificate and its key. */
export interface KeyPairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The files that two flags name; undefined where neither flag is set. Errors: UsageError where only one is. */
export function keyPairFrom(
  values: FlagValues,
  certFlag: "tls-cert-file" | "proxy-client-cert-file" | "etcd-certfile",
  keyFlag: "tls-private-key-file" | "proxy-client-key-file" | "etcd-keyfile",
): KeyPairFiles | undefined {
  const [certFile, keyFile] = [values[certFlag], values[keyFlag]];
  if (certFile === "" && keyFile === "") return undefined;
  if (certFile === "" || keyFile === "") throw new UsageError(`--${certFlag} and --${keyFlag} must be set together`);
  return { certFile, keyFile };
}
