import { join } from "node:path";
import type { AuthenticationConfig } from "./authentication.ts";
import type { Config, Limits, Surroundings } from "./config.ts";
import { configFrom, defaultAdvertiseAddress } from "./config.ts";
import { defaultFlagValues } from "./parse.ts";

/** What a program says that embeds a server: any part of a Config; the rest is as the command has it without flags. */
export type ServerOptions = Partial<Omit<Config, "limits" | "authentication">> & {
  readonly limits?: Partial<Limits>;
  readonly authentication?: Partial<AuthenticationConfig>;
};

/** A whole Config from the parts that a program names. */
export function completeOptions(options: ServerOptions, surroundings: Surroundings): Config {
  const defaults = configFrom(defaultFlagValues(), surroundings, () => undefined);
  const config = {
    ...defaults,
    ...options,
    limits: { ...defaults.limits, ...options.limits },
    authentication: { ...defaults.authentication, ...options.authentication },
  };
  return {
    ...config,
    certDir: options.certDir ?? join(config.dataDir, "pki"),
    advertiseAddress: options.advertiseAddress ?? defaultAdvertiseAddress(config.bindAddress, surroundings),
  };
}
