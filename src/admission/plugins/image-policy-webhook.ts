import { BoundedCache } from "../../authentication/bounded-cache.ts";
import { ConfigurationError } from "../../codec/configuration-file.ts";
import type { JsonObject, JsonValue, ReadonlyJsonObject } from "../../object/json.ts";
import { setOwn } from "../../object/json.ts";
import { booleanIn, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { PODS } from "../../object/resource-ids.ts";
import { readKubeconfig, type WebhookTarget } from "../../webhook/kubeconfig.ts";
import { WebhookClient, WebhookError } from "../../webhook/webhook-client.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { addsEphemeralContainers, concerns, refuse } from "../attributes.ts";
import { readNamedKubeconfig, type PluginConfiguration } from "../configuration.ts";

const AUDIT_PREFIX = "imagepolicywebhook.image-policy.k8s.io/";
/** Annotations of pods that the backend is told. */
const TOLD_PART = ".image-policy.k8s.io/";
const TIMEOUT_MS = 30_000;
/** Answers that are remembered. */
const ANSWERS = 1024;

interface ImagePolicy {
  readonly target: WebhookTarget;
  /** How long an answer holds, in milliseconds; 0: not at all. */
  readonly allowedMs: number;
  readonly deniedMs: number;
  /** Let pods in when the backend does not answer. */
  readonly defaultAllow: boolean;
}

/** Reads imagePolicy and the kubeconfig that it names. Errors: ConfigurationError. */
export function readImagePolicy(configuration: PluginConfiguration): ImagePolicy {
  const policy = objectIn(configuration.document, "imagePolicy");
  const seconds = (name: string, byDefault: number, most: number): number => {
    const given = numberIn(policy, name);
    if (given === -1) return 0;
    if (given !== 0 && (given < 1 || given > most)) throw new ConfigurationError(`imagePolicy.${name}: it must be between 1 and ${most}`);
    return (given || byDefault) * 1000;
  };
  const named = stringIn(policy, "kubeConfigFile");
  if (named === "") throw new ConfigurationError("imagePolicy.kubeConfigFile is missing");
  return {
    target: readNamedKubeconfig(configuration, named, readKubeconfig),
    allowedMs: seconds("allowTTL", 300, 1800),
    deniedMs: seconds("denyTTL", 30, 1800),
    defaultAllow: booleanIn(policy, "defaultAllow"),
  };
}

/** Asks a backend whether the images of a pod may run (reference/access-authn-authz/admission-controllers, ImageReview). */
export function imagePolicyWebhook(policy: ImagePolicy, clock: () => number): AdmissionPlugin {
  const client = new WebhookClient(policy.target, { timeoutMs: TIMEOUT_MS, random: Math.random });
  const answers = new BoundedCache<ReadonlyJsonObject>(ANSWERS, clock);
  const ask = async (spec: JsonObject): Promise<ReadonlyJsonObject> => {
    const key = JSON.stringify(spec);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const review = { kind: "ImageReview", apiVersion: "imagepolicy.k8s.io/v1alpha1", metadata: {}, spec, status: { allowed: false } };
    const status = objectIn(await client.post(review), "status");
    const holds = booleanIn(status, "allowed") ? policy.allowedMs : policy.deniedMs;
    if (holds > 0) answers.set(key, status, clock() + holds);
    return status;
  };
  return {
    name: "ImagePolicyWebhook",
    handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE") || addsEphemeralContainers(attributes),
    async validate(attributes) {
      let status: ReadonlyJsonObject;
      try {
        status = await ask(reviewSpec(attributes));
      } catch (error) {
        if (!(error instanceof WebhookError)) throw error;
        if (!policy.defaultAllow) throw refuse(attributes, error.message);
        attributes.annotate(`${AUDIT_PREFIX}failed-open`, "true");
        return;
      }
      const annotations = objectIn(status, "auditAnnotations");
      for (const key of Object.keys(annotations)) attributes.annotate(AUDIT_PREFIX + key, stringIn(annotations, key));
      if (booleanIn(status, "allowed")) return;
      const reason = stringIn(status, "reason");
      throw refuse(
        attributes,
        reason === ""
          ? "one or more images rejected by webhook backend"
          : `image policy webhook backend denied one or more images: ${reason}`,
      );
    },
  };
}

/** What a backend is asked: the images that a write brings, and the annotations that are meant for it. */
export function reviewSpec({ object, namespace, subresource }: AdmissionAttributes): JsonObject {
  const spec = objectIn(object ?? {}, "spec");
  const lists = subresource === "" ? ["containers", "initContainers"] : ["ephemeralContainers"];
  const containers: JsonValue[] = lists.flatMap((list) => objectsIn(spec, list).map((one) => ({ image: stringIn(one, "image") })));
  const annotations: JsonObject = {};
  for (const [key, value] of Object.entries(object?.metadata.annotations ?? {}))
    if (key.includes(TOLD_PART)) setOwn(annotations, key, value);
  return { containers, ...(Object.keys(annotations).length === 0 ? {} : { annotations }), namespace };
}
