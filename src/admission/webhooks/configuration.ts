import { ConfigurationError } from "../../codec/configuration-file.ts";
import { stringIn } from "../../object/read.ts";
import { readHostCredentials, type HostCredentials } from "../../webhook/credentials.ts";
import { readNamedKubeconfig, type PluginConfiguration } from "../configuration.ts";

/** Reads a WebhookAdmissionConfiguration: as whom webhooks are called. Errors: ConfigurationError. */
export function readWebhookCredentials(configuration: PluginConfiguration): HostCredentials | undefined {
  const { document } = configuration;
  // KEP-5793 is alpha, and off in every default.
  if (stringIn(document, "staticManifestsDir") !== "") throw new ConfigurationError("staticManifestsDir does not work here");
  const named = stringIn(document, "kubeConfigFile");
  return named === "" ? undefined : readNamedKubeconfig(configuration, named, readHostCredentials);
}
