import { randomSuffix, type RandomBytes } from "../../object/names-generator.ts";
import { isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";
import { SERVICE_ACCOUNTS, type ClusterView } from "../cluster-view.ts";

const DEFAULT_ACCOUNT = "default";
const MIRROR = "kubernetes.io/config.mirror";
const ENFORCE_MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";
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
    handles: (attributes) => concerns(attributes, "", "pods", "CREATE"),
    async mutate(attributes) {
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
      if (isMirror(attributes)) {
        refuseMirrorReferences(attributes, spec);
        return;
      }
      const account = await accountOf(view, attributes);
      if (account.metadata.annotations?.[ENFORCE_MOUNTABLE] === "true") refuseUnmountable(attributes, spec, account);
    },
  };
}

function podOf({ object }: AdmissionAttributes): { readonly spec: JsonObject } {
  const spec = object?.["spec"];
  return { spec: isObject(spec) ? spec : {} };
}

/** Static pods that a kubelet shows to the API take part in none of this. */
function isMirror({ object }: AdmissionAttributes): boolean {
  return object?.metadata.annotations?.[MIRROR] !== undefined;
}

async function accountOf(view: ClusterView, attributes: AdmissionAttributes): Promise<KubeObject> {
  const name = stringIn(podOf(attributes).spec, "serviceAccountName");
  const account = await view.get(SERVICE_ACCOUNTS, attributes.namespace, name);
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
  if (stringIn(spec, "serviceAccountName") !== "") throw refuse(attributes, "a mirror pod may not reference service accounts");
  for (const volume of objectsIn(spec, "volumes")) {
    if (
      isObject(volume["secret"]) ||
      isObject(volume["configMap"]) ||
      isObject(volume["persistentVolumeClaim"]) ||
      isObject(volume["projected"])
    ) {
      const what = isObject(volume["secret"])
        ? "secrets"
        : isObject(volume["configMap"])
          ? "configmaps"
          : isObject(volume["persistentVolumeClaim"])
            ? "persistentvolumeclaims"
            : "projected volumes";
      throw refuse(attributes, `a mirror pod may not reference ${what}`);
    }
  }
}

/** With the account's enforce-mountable-secrets annotation a pod may use only the secrets that the account lists. */
function refuseUnmountable(attributes: AdmissionAttributes, spec: JsonObject, account: KubeObject): void {
  const name = account.metadata.name ?? "";
  const mountable = new Set(objectsIn(account, "secrets").map((secret) => stringIn(secret, "name")));
  const unlisted = (what: string): Error =>
    refuse(attributes, `${what} is not allowed because service account ${name} does not reference that secret`);
  for (const volume of objectsIn(spec, "volumes")) {
    const secret = stringIn(objectIn(volume, "secret"), "secretName");
    if (secret !== "" && !mountable.has(secret)) throw unlisted(`volume with secret.secretName=${JSON.stringify(secret)}`);
  }
  for (const [list, kind] of [
    ["initContainers", "init container"],
    ["containers", "container"],
    ["ephemeralContainers", "ephemeral container"],
  ] as const) {
    for (const container of objectsIn(spec, list)) {
      const who = `${kind} ${stringIn(container, "name")}`;
      for (const variable of objectsIn(container, "env")) {
        const secret = stringIn(objectIn(objectIn(variable, "valueFrom"), "secretKeyRef"), "name");
        if (secret !== "" && !mountable.has(secret))
          throw unlisted(`${who} with envVar ${stringIn(variable, "name")} referencing secret.secretName=${JSON.stringify(secret)}`);
      }
      for (const source of objectsIn(container, "envFrom")) {
        const secret = stringIn(objectIn(source, "secretRef"), "name");
        if (secret !== "" && !mountable.has(secret))
          throw unlisted(`${who} with envFrom referencing secret.secretName=${JSON.stringify(secret)}`);
      }
    }
  }
  const pullable = new Set(objectsIn(account, "imagePullSecrets").map((secret) => stringIn(secret, "name")));
  for (const [index, secret] of objectsIn(spec, "imagePullSecrets").entries()) {
    const pull = stringIn(secret, "name");
    if (!pullable.has(pull))
      throw refuse(
        attributes,
        `imagePullSecrets[${index}].name=${JSON.stringify(pull)} is not allowed because service account ${name} does not reference that imagePullSecret`,
      );
  }
}
