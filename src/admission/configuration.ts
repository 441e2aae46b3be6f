import { dirname, resolve } from "node:path";
import { decodeYaml } from "../codec/decode-text.ts";
import { isObject, type JsonObject, type ReadonlyJsonObject } from "../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../object/read.ts";
import { StartupError } from "../object/startup-error.ts";

/** A configuration that says what cannot be; `message` says where and why. */
export class ConfigurationFault extends Error {}

/** What plugins are told, by their names: each one's own document. */
export type PluginConfigurations = ReadonlyMap<string, PluginConfiguration>;

/** What one plugin is told. */
export interface PluginConfiguration {
  readonly document: ReadonlyJsonObject;
  /** The file that holds it; what it names is relative to its directory. */
  readonly file: string;
}

/**
 * The documents that plugins read, and the versions in which each may come. Those of ImagePolicyWebhook (one member) and
 * PodNodeSelector (a map) have no type.
 */
const KINDS: ReadonlyMap<string, { readonly kind: string; readonly apiVersions: readonly string[] }> = new Map([
  ["EventRateLimit", { kind: "Configuration", apiVersions: ["eventratelimit.admission.k8s.io/v1alpha1"] }],
  ["PodTolerationRestriction", { kind: "Configuration", apiVersions: ["podtolerationrestriction.admission.k8s.io/v1alpha1"] }],
  [
    "PodSecurity",
    {
      kind: "PodSecurityConfiguration",
      apiVersions: ["v1", "v1beta1", "v1alpha1"].map((version) => `pod-security.admission.config.k8s.io/${version}`),
    },
  ],
  [
    "ResourceQuota",
    {
      kind: "ResourceQuotaConfiguration",
      apiVersions: ["apiserver.config.k8s.io/v1", "resourcequota.admission.k8s.io/v1beta1", "resourcequota.admission.k8s.io/v1alpha1"],
    },
  ],
]);
const CONFIGURATION_VERSIONS = ["apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v1alpha1"];

/**
 * Reads the file of --admission-control-config-file: an AdmissionConfiguration, which holds the plugins' documents or
 * names their files. Throws StartupError.
 */
export async function readPluginConfigurations(file: string, read: (file: string) => Promise<string>): Promise<PluginConfigurations> {
  const configuration = parse(file, await read(file));
  if (configuration["kind"] !== "AdmissionConfiguration" || !CONFIGURATION_VERSIONS.includes(stringIn(configuration, "apiVersion")))
    throw fault(file, "it is no AdmissionConfiguration of apiserver.config.k8s.io/v1");
  const found = new Map<string, PluginConfiguration>();
  for (const plugin of objectsIn(configuration, "plugins")) {
    const [name, path] = [stringIn(plugin, "name"), stringIn(plugin, "path")];
    const given = isObject(plugin["configuration"]) ? objectIn(plugin, "configuration") : undefined;
    if (found.has(name)) throw fault(file, `the plugin ${name} stands there twice`);
    if (given === undefined && path === "") continue;
    const own = given === undefined ? resolve(dirname(file), path) : file;
    const document = given ?? parse(own, await read(own));
    checkKind(name, own, document);
    found.set(name, { document, file: own });
  }
  return found;
}

function checkKind(plugin: string, file: string, document: ReadonlyJsonObject): void {
  const expected = KINDS.get(plugin);
  if (expected === undefined) return;
  const { kind, apiVersions } = expected;
  // The older versions of a quota's configuration called it simply Configuration.
  const known = [kind, ...(plugin === "ResourceQuota" ? ["Configuration"] : [])].includes(stringIn(document, "kind"));
  if (!known || !apiVersions.includes(stringIn(document, "apiVersion")))
    throw fault(file, `the configuration of ${plugin} is no ${kind} of ${apiVersions[0]}`);
}

/** Lets a plugin read its document; undefined where it has none. Faults become StartupErrors that name the file. */
export function configured<T>(configurations: PluginConfigurations, plugin: string, read: (own: PluginConfiguration) => T): T | undefined {
  const own = configurations.get(plugin);
  if (own === undefined) return undefined;
  try {
    return read(own);
  } catch (error) {
    if (error instanceof ConfigurationFault) throw fault(own.file, `the configuration of ${plugin}: ${error.message}`);
    throw error;
  }
}

function parse(file: string, text: string): JsonObject {
  const value = decodeYaml(text, (message) => fault(file, message));
  if (isObject(value)) return value;
  throw fault(file, "it holds no object");
}

function fault(file: string, what: string): StartupError {
  return new StartupError(`--admission-control-config-file: ${file}: ${what}`, "correct the file");
}
