import { ConfigurationError } from "../../../codec/configuration-file.ts";
import type { ReadonlyJsonObject } from "../../../object/json.ts";
import { objectIn, stringIn, stringsIn } from "../../../object/read.ts";
import { LEVEL_FAULT, MODES, PERMISSIVE, readLevel, readVersion, VERSION_FAULT, type LevelVersion, type Policy } from "./policy.ts";

/** Whom the levels do not concern, and what namespaces without labels ask for. */
export interface PodSecurityConfiguration {
  readonly defaults: Policy;
  readonly usernames: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  readonly runtimeClasses: ReadonlySet<string>;
}

/** What holds where nothing is configured. */
export const NO_CONFIGURATION: PodSecurityConfiguration = {
  defaults: PERMISSIVE,
  usernames: new Set(),
  namespaces: new Set(),
  runtimeClasses: new Set(),
};

/** Reads a PodSecurityConfiguration (pod-security.admission.config.k8s.io/v1). Errors: ConfigurationError. */
export function readPodSecurityConfiguration(document: ReadonlyJsonObject): PodSecurityConfiguration {
  const defaults = objectIn(document, "defaults");
  const read = (mode: string): LevelVersion => {
    const level = readLevel(stringIn(defaults, mode) || "privileged");
    if (level === undefined) throw new ConfigurationError(`defaults.${mode}: ${LEVEL_FAULT}`);
    const minor = readVersion(stringIn(defaults, `${mode}-version`) || "latest");
    if (minor === undefined) throw new ConfigurationError(`defaults.${mode}-version: ${VERSION_FAULT}`);
    return { level, minor };
  };
  const [enforce, audit, warn] = MODES.map(read) as [LevelVersion, LevelVersion, LevelVersion];
  const exemptions = objectIn(document, "exemptions");
  const names = (list: string): ReadonlySet<string> => {
    const given = stringsIn(exemptions, list);
    const set = new Set(given);
    if (set.has("")) throw new ConfigurationError(`exemptions.${list}: a name must not be empty`);
    if (set.size < given.length) throw new ConfigurationError(`exemptions.${list}: a name stands there twice`);
    return set;
  };
  return {
    defaults: { enforce, audit, warn },
    usernames: names("usernames"),
    namespaces: names("namespaces"),
    runtimeClasses: names("runtimeClasses"),
  };
}
