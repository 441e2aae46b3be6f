import { setTimeout as sleep } from "node:timers/promises";
import { randomSuffix, type RandomBytes } from "../../object/names-generator.ts";
import { isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { PODS, SERVICE_ACCOUNTS } from "../../object/resource-ids.ts";
import { referencedKinds } from "../../authorization/node/references.ts";
import { isMirrorPod } from "../../resources/pod-spec/resource-claims.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { addsEphemeralContainers, concerns, refuse } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

const DEFAULT_ACCOUNT = "default";
/** How often the default account is looked for, and how long is waited between, in milliseconds. */
const LOOKUPS = 10;
const LOOKUP_MS = 100;
const ENFORCE_MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";
/** What counts as true in an annotation. */
const TRUE = /^(1|t|T|true|TRUE|True)$/;
const EPHEMERAL = ["ephemeralContainers", "ephemeral container"] as const;
const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** A token's life: an hour, and a little, by which kubelets know that it was the server who asked for it. */
const TOKEN_SECONDS = 3607;

/**
 * Every pod runs as a service account of its namespace (concepts/security/service-accounts): filled in, checked, and
 * its token, CA and namespace mounted into each container.
 */
export function serviceAccount(view: ClusterView, random: RandomBytes): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    handles: (attributes) => concerns(attributes, PODS, "CREATE") || addsEphemeralContainers(attributes),
    async mutate(attributes) {
      if (attributes.operation !== "CREATE") return;
      const { spec } = podOf(attributes);
      // At once, since other plugins would refuse it in other words.
      if (isMirror(attributes)) return refuseMirrorReferences(attributes, spec);
      if (!spec["serviceAccountName"]) spec["serviceAccountName"] = DEFAULT_ACCOUNT;
      spec["serviceAccount"] = spec["serviceAccountName"];
      const account = await accountOf(view, attributes);
      if (automounts(account, spec)) mountToken(spec, random);
      const pullSecrets = account["imagePullSecrets"];
      if (spec["imagePullSecrets"] === undefined && Array.isArray(pullSecrets) && pullSecrets.length > 0) {
        spec["imagePullSecrets"] = pullSecrets.map((secret) => ({ name: isObject(secret) ? stringIn(secret, "name") : "" }));
      }
    },
    async validate(attributes) {
      const { spec } = podOf(attributes);
      const added = addsEphemeralContainers(attributes);
      if (isMirror(attributes) && !added) {
        refuseMirrorReferences(attributes, spec);
        return;
      }
      if (!spec["serviceAccountName"]) {
        const name = `${attributes.namespace}/${attributes.name}`;
        throw refuse(attributes, `no service account specified for pod ${name}`);
      }
      const account = await accountOf(view, attributes);
      if (!TRUE.test(account.metadata.annotations?.[ENFORCE_MOUNTABLE] ?? "")) return;
      if (added) refuseUnmountableIn(attributes, spec, account, EPHEMERAL);
      else refuseUnmountable(attributes, spec, account);
    },
  };
}

function podOf({ object }: AdmissionAttributes): { readonly spec: JsonObject } {
  const spec = object?.["spec"];
  return { spec: isObject(spec) ? spec : {} };
}

/** Static pods that a kubelet shows to the API take part in none of this. */
function isMirror({ object }: AdmissionAttributes): boolean {
  return isMirrorPod(object?.metadata);
}

async function accountOf(view: ClusterView, attributes: AdmissionAttributes): Promise<KubeObject> {
  const name = stringIn(podOf(attributes).spec, "serviceAccountName");
  let account = await view.get(SERVICE_ACCOUNTS, attributes.namespace, name);
  // A controller makes the default account of a new namespace, which may take it a moment.
  for (let attempt = 1; account === undefined && name === DEFAULT_ACCOUNT && attempt < LOOKUPS; attempt++) {
    await sleep(LOOKUP_MS);
    account = await view.get(SERVICE_ACCOUNTS, attributes.namespace, name);
  }
  if (account === undefined)
    throw refuse(
      attributes,
      `error looking up service account ${attributes.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
    );
  return account;
}

function automounts(account: KubeObject, spec: JsonObject): boolean {
  return (spec["automountServiceAccountToken"] ?? account["automountServiceAccountToken"] ?? true) === true;
}

/** Mounts the token into every container that mounts nothing else there. */
function mountToken(spec: JsonObject, random: RandomBytes): void {
  const volumes = Array.isArray(spec["volumes"]) ? spec["volumes"] : [];
  const present = volumes.find((volume) => isObject(volume) && stringIn(volume, "name").startsWith("kube-api-access-"));
  const name = isObject(present) ? stringIn(present, "name") : `kube-api-access-${randomSuffix(5, random)}`;
  let mounted = false;
  for (const list of ["initContainers", "containers"]) {
    for (const container of objectsIn(spec, list)) {
      const mounts = objectsIn(container, "volumeMounts");
      if (mounts.some((mount) => stringIn(mount, "mountPath") === TOKEN_PATH)) continue;
      (container as JsonObject)["volumeMounts"] = [...(mounts as JsonObject[]), { name, readOnly: true, mountPath: TOKEN_PATH }];
      mounted = true;
    }
  }
  if (mounted && present === undefined) spec["volumes"] = [...volumes, tokenVolume(name)];
}

function tokenVolume(name: string): JsonValue {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
      ],
      defaultMode: 0o644,
    },
  };
}

/** A mirror pod must not name what only the API could give it. */
function refuseMirrorReferences(attributes: AdmissionAttributes, spec: JsonObject): void {
  const { object } = attributes;
  if (stringIn(spec, "serviceAccountName") !== "") throw refuse(attributes, "a mirror pod may not reference service accounts");
  const sources = objectsIn(spec, "volumes").flatMap((volume) => objectsIn(objectIn(volume, "projected"), "sources"));
  if (object !== undefined && referencedKinds(object).has("Secret")) throw refuse(attributes, "a mirror pod may not reference secrets");
  if (sources.some((source) => isSet(source, "serviceAccountToken")))
    throw refuse(attributes, "a mirror pod may not use ServiceAccountToken volume projections");
}

/** With the account's enforce-mountable-secrets annotation a pod may use only the secrets that the account lists. */
function refuseUnmountable(attributes: AdmissionAttributes, spec: JsonObject, account: KubeObject): void {
  const name = account.metadata.name ?? "";
  const mountable = secretsOf(account, "secrets");
  for (const volume of objectsIn(spec, "volumes")) {
    if (!isSet(volume, "secret")) continue;
    const secret = stringIn(objectIn(volume, "secret"), "secretName");
    if (!mountable.has(secret)) throw unlisted(attributes, `volume with secret.secretName="${secret}"`, name);
  }
  for (const list of [["initContainers", "init container"] as const, ["containers", "container"] as const])
    refuseUnmountableIn(attributes, spec, account, list);
  const pullable = secretsOf(account, "imagePullSecrets");
  for (const [index, secret] of objectsIn(spec, "imagePullSecrets").entries()) {
    const pull = stringIn(secret, "name");
    if (!pullable.has(pull))
      throw refuse(
        attributes,
        `imagePullSecrets[${index}].name="${pull}" is not allowed because service account ${name} does not reference that imagePullSecret`,
      );
  }
}

/** The same for the environment of one list of containers. */
function refuseUnmountableIn(
  attributes: AdmissionAttributes,
  spec: JsonObject,
  account: KubeObject,
  [list, kind]: readonly [list: string, kind: string],
): void {
  const name = account.metadata.name ?? "";
  const mountable = secretsOf(account, "secrets");
  for (const container of objectsIn(spec, list)) {
    const who = `${kind} ${stringIn(container, "name")}`;
    for (const variable of objectsIn(container, "env")) {
      const from = objectIn(variable, "valueFrom");
      const secret = stringIn(objectIn(from, "secretKeyRef"), "name");
      if (isSet(from, "secretKeyRef") && !mountable.has(secret))
        throw unlisted(attributes, `${who} with envVar ${stringIn(variable, "name")} referencing secret.secretName="${secret}"`, name);
    }
    for (const source of objectsIn(container, "envFrom")) {
      const secret = stringIn(objectIn(source, "secretRef"), "name");
      if (isSet(source, "secretRef") && !mountable.has(secret))
        throw unlisted(attributes, `${who} with envFrom referencing secret.secretName="${secret}"`, name);
    }
  }
}

function secretsOf(account: KubeObject, list: string): ReadonlySet<string> {
  return new Set(objectsIn(account, list).map((secret) => stringIn(secret, "name")));
}

function unlisted(attributes: AdmissionAttributes, what: string, account: string): Error {
  return refuse(attributes, `${what} is not allowed because service account ${account} does not reference that secret`);
}
