import { isObject, setOwn, structIn, type JsonObject, type JsonValue } from "../../object/json.ts";
import { objects, structAt } from "../../object/parts.ts";
import { formatQuantity, parseQuantity, roundUpToMilli } from "../../object/quantity.ts";
import { imageTag } from "./image-reference.ts";
import { containerLists } from "./scope.ts";

/** Values that a struct gets: `plain` where a member is absent or empty, `set` only where it is absent. */
interface StructDefaults {
  readonly plain?: Readonly<Record<string, string | number>>;
  readonly set?: Readonly<Record<string, string | number | boolean>>;
}

const specDefaults: StructDefaults = {
  plain: { dnsPolicy: "ClusterFirst", restartPolicy: "Always", schedulerName: "default-scheduler" },
  set: { terminationGracePeriodSeconds: 30 },
};
const containerDefaults: StructDefaults = {
  plain: { terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" },
};
const probeDefaults: StructDefaults = {
  plain: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
};
const httpGetDefaults: StructDefaults = { plain: { path: "/", scheme: "HTTP" } };
const grpcDefaults: StructDefaults = { set: { service: "" } };
const portDefaults: StructDefaults = { plain: { protocol: "TCP" } };
const fieldRefDefaults: StructDefaults = { plain: { apiVersion: "v1" } };
const fileKeyDefaults: StructDefaults = { set: { optional: false } };
const tokenDefaults: StructDefaults = { set: { expirationSeconds: 3600 } };
const filesDefaults: StructDefaults = { set: { defaultMode: 0o644 } };
const claimSpecDefaults: StructDefaults = { set: { volumeMode: "Filesystem" } };

/** By volume source. */
const volumeDefaults: Readonly<Record<string, StructDefaults>> = {
  secret: filesDefaults,
  configMap: filesDefaults,
  downwardAPI: filesDefaults,
  projected: filesDefaults,
  hostPath: { set: { type: "" } },
  iscsi: { plain: { iscsiInterface: "default" } },
  rbd: { plain: { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" } },
  azureDisk: { set: { cachingMode: "ReadWrite", kind: "Shared", fsType: "ext4", readOnly: false } },
  scaleIO: { plain: { storageMode: "ThinProvisioned", fsType: "xfs" } },
};

/**
 * Fills in what the writer of a pod's spec left out, in place, for pods and templates alike. What only pods get (requests
 * from limits, ports of the node) is `defaultPod`'s.
 */
export function defaultPodSpec(spec: JsonObject): void {
  fill(spec, specDefaults);
  if (!isObject(spec["securityContext"])) spec["securityContext"] = {};
  mirrorServiceAccount(spec);
  roundResources(spec["overhead"]);
  roundRequirements(spec["resources"]);
  for (const volume of objects(spec["volumes"])) defaultVolume(volume);
  for (const list of containerLists) {
    for (const container of objects(spec[list])) defaultContainer(container);
  }
}

/** Keeps the old name of serviceAccountName in step with it; the new name wins. */
export function mirrorServiceAccount(spec: JsonObject): void {
  const name = spec["serviceAccountName"] || spec["serviceAccount"];
  if (typeof name !== "string" || name === "") {
    delete spec["serviceAccount"];
    return;
  }
  spec["serviceAccountName"] = name;
  spec["serviceAccount"] = name;
}

function defaultContainer(container: JsonObject): void {
  fill(container, containerDefaults);
  if (!container["imagePullPolicy"]) container["imagePullPolicy"] = pullPolicyOf(container["image"]);
  for (const port of objects(container["ports"])) fill(port, portDefaults);
  for (const variable of objects(container["env"])) {
    const source = variable["valueFrom"];
    if (!isObject(source)) continue;
    fillMember(source, "fieldRef", fieldRefDefaults);
    fillMember(source, "fileKeyRef", fileKeyDefaults);
  }
  roundRequirements(container["resources"]);
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = container[name];
    if (!isObject(probe)) continue;
    fill(probe, probeDefaults);
    defaultHandler(probe);
  }
  for (const name of ["postStart", "preStop"]) {
    const hook = structAt(container, "lifecycle", name);
    if (hook !== undefined) defaultHandler(hook);
  }
}

function defaultHandler(handler: JsonObject): void {
  fillMember(handler, "httpGet", httpGetDefaults);
  fillMember(handler, "grpc", grpcDefaults);
}

/** An image that can change under its name is pulled each time. */
function pullPolicyOf(image: JsonValue | undefined): string {
  return imageTag(typeof image === "string" ? image : "") === "latest" ? "Always" : "IfNotPresent";
}

function defaultVolume(volume: JsonObject): void {
  // A volume without a source is an empty directory.
  if (!Object.keys(volume).some((member) => member !== "name" && isObject(volume[member]))) volume["emptyDir"] = {};
  defaultVolumeSources(volume);
  const image = volume["image"];
  if (isObject(image) && !image["pullPolicy"]) image["pullPolicy"] = pullPolicyOf(image["reference"]);
  defaultDownwardFiles(volume["downwardAPI"]);
  for (const source of objects(structAt(volume, "projected")?.["sources"])) {
    defaultDownwardFiles(source["downwardAPI"]);
    fillMember(source, "serviceAccountToken", tokenDefaults);
  }
  const template = structAt(volume, "ephemeral", "volumeClaimTemplate");
  if (template !== undefined) defaultClaimSpec(template);
}

/** Fills in the sources that an object has as members: a pod's volume, or a persistent volume's spec. */
export function defaultVolumeSources(owner: JsonObject): void {
  for (const [source, defaults] of Object.entries(volumeDefaults)) fillMember(owner, source, defaults);
}

/** Fills in the spec of a claim that stands in an object. */
export function defaultClaimSpec(template: JsonObject): void {
  const spec = structIn(template, "spec");
  fill(spec, claimSpecDefaults);
  roundRequirements(spec["resources"]);
}

function defaultDownwardFiles(source: JsonValue | undefined): void {
  if (!isObject(source)) return;
  for (const file of objects(source["items"])) fillMember(file, "fieldRef", fieldRefDefaults);
}

/** Rounds the amounts of a limits-and-requests pair up to thousandths, the finest that is stored. */
function roundRequirements(requirements: JsonValue | undefined): void {
  if (!isObject(requirements)) return;
  roundResources(requirements["limits"]);
  roundResources(requirements["requests"]);
}

/** Rounds the amounts of a resource list up to thousandths. */
export function roundResources(list: JsonValue | undefined): void {
  if (!isObject(list)) return;
  for (const name of Object.keys(list)) {
    const amount = list[name];
    if (typeof amount !== "string" || !maybeFine.test(amount)) continue;
    setOwn(list, name, formatQuantity(roundUpToMilli(parseQuantity(amount))));
  }
}

/** What can be finer than a thousandth: fractions, and suffixes below it. */
const maybeFine = /[.nu]|e-/i;

/** Sets defaults of a struct. */
function fill(object: JsonObject, defaults: StructDefaults): void {
  for (const name in defaults.plain) {
    const value = object[name];
    if (value === undefined || value === "" || value === 0) object[name] = defaults.plain[name];
  }
  for (const name in defaults.set) {
    if (object[name] === undefined) object[name] = defaults.set[name];
  }
}

function fillMember(object: JsonObject, name: string, defaults: StructDefaults): void {
  const member = object[name];
  if (isObject(member)) fill(member, defaults);
}
