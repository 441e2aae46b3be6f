import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  ConfigurationError,
  readConfigurationFile,
  readDocument,
  serverConfiguration,
  type ConfigurationType,
} from "../codec/configuration-file.ts";
import { errorText } from "../object/error-text.ts";
import { isObject, type JsonObject, type ReadonlyJsonObject } from "../object/json.ts";
import { stringIn } from "../object/read.ts";
import { StartupError } from "../object/startup-error.ts";
import { KubeconfigError } from "../webhook/credentials.ts";

/** What plugins are told, by their names: each one's own document. */
export type PluginConfigurations = ReadonlyMap<string, PluginConfiguration>;

/** What one plugin is told. */
export interface PluginConfiguration {
  readonly document: ReadonlyJsonObject;
  /** The file that holds it; what it names is relative to its directory. */
  readonly file: string;
}

const WEBHOOK_ADMISSION: ConfigurationType = {
  kind: "WebhookAdmissionConfiguration",
  apiVersions: ["apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1alpha1"],
};

/**
 * The documents that plugins read, and the versions in which each may come. Those of ImagePolicyWebhook (one member) and
 * PodNodeSelector (a map) have no type.
 */
const KINDS: ReadonlyMap<string, ConfigurationType> = new Map<string, ConfigurationType>([
  ["EventRateLimit", { kind: "Configuration", apiVersions: ["eventratelimit.admission.k8s.io/v1alpha1"] }],
  ["PodTolerationRestriction", { kind: "Configuration", apiVersions: ["podtolerationrestriction.admission.k8s.io/v1alpha1"] }],
  [
    "PodSecurity",
    {
      kind: "PodSecurityConfiguration",
      apiVersions: ["v1", "v1beta1", "v1alpha1"].map((version) => `pod-security.admission.config.k8s.io/${version}`),
    },
  ],
  ["MutatingAdmissionWebhook", WEBHOOK_ADMISSION],
  ["ValidatingAdmissionWebhook", WEBHOOK_ADMISSION],
  [
    "ResourceQuota",
    {
      kind: "ResourceQuotaConfiguration",
      apiVersions: ["apiserver.config.k8s.io/v1", "resourcequota.admission.k8s.io/v1beta1", "resourcequota.admission.k8s.io/v1alpha1"],
    },
  ],
]);
const FILE = serverConfiguration("AdmissionConfiguration");
/** What older versions of a document called it. */
const OLDER_KINDS: ReadonlyMap<string, string> = new Map([
  ["ResourceQuotaConfiguration", "Configuration"],
  ["WebhookAdmissionConfiguration", "WebhookAdmission"],
]);

/**
 * Reads the file of --admission-control-config-file: an AdmissionConfiguration, which holds the plugins' documents or
 * names their files. Throws StartupError.
 */
export async function readPluginConfigurations(file: string, read: (file: string) => Promise<string>): Promise<PluginConfigurations> {
  const text = await read(file);
  const plugins = inFile(file, "", () =>
    readConfigurationFile(text, FILE, (configuration) =>
      configuration.objects("plugins").map((plugin) => {
        const given = plugin.raw("configuration");
        if (given !== undefined && !isObject(given)) plugin.fault("configuration", "must be an object");
        return { name: plugin.text("name"), path: plugin.text("path"), given: isObject(given) ? given : undefined };
      }),
    ),
  );
  const found = new Map<string, PluginConfiguration>();
  for (const { name, path, given } of plugins) {
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
  const known = [kind, OLDER_KINDS.get(kind)].includes(stringIn(document, "kind"));
  if (!known || !apiVersions.includes(stringIn(document, "apiVersion")))
    throw fault(file, `the configuration of ${plugin} is no ${kind} of ${apiVersions[0]}`);
}

/** The text of a file that a document names. Errors: ConfigurationError. */
function readNamedFile(name: string): string {
  try {
    return readFileSync(name, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${name} cannot be read: ${errorText(error)}`);
  }
}

/** What `read` makes of the kubeconfig that a document names. Errors: ConfigurationError. */
export function readNamedKubeconfig<T>(
  { file }: PluginConfiguration,
  name: string,
  read: (text: string, path: string, readFile: (path: string) => string) => T,
): T {
  const path = resolve(dirname(file), name);
  try {
    return read(readNamedFile(path), path, readNamedFile);
  } catch (error) {
    if (error instanceof KubeconfigError) throw new ConfigurationError(`${path}: ${error.message}`);
    throw error;
  }
}

/** Lets a plugin read its document; undefined where it has none. Faults become StartupErrors that name the file. */
export function configured<T>(configurations: PluginConfigurations, plugin: string, read: (own: PluginConfiguration) => T): T | undefined {
  const own = configurations.get(plugin);
  return own && inFile(own.file, `the configuration of ${plugin}: `, () => read(own));
}

/** A plugin's own document. Its members are the plugin's to know; none may stand there twice. */
function parse(file: string, text: string): JsonObject {
  const value = inFile(file, "", () => readDocument(text));
  if (isObject(value)) return value;
  throw fault(file, "it holds no object");
}

/** Faults that reading meets become StartupErrors that name the file, and what of it. */
function inFile<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ConfigurationError ? fault(file, `${what}${error.message}`) : error;
  }
}

function fault(file: string, what: string): StartupError {
  return new StartupError(`--admission-control-config-file: ${file}: ${what}`, "correct the file");
}
