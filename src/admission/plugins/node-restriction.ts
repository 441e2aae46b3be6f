import { NODE_LEASES, nodeOf, NODE_USER_PREFIX } from "../../authorization/node/identity.ts";
import { resourceQuestion, type Authorizer } from "../../authorization/authorizer.ts";
import { referencedKinds } from "../../authorization/node/references.ts";
import { copyJson, equalJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { notFound } from "../../object/status.ts";
import { NODES, CSI_DRIVERS, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS } from "../../object/resource-ids.ts";
import { isMirrorPod, mirrorAnnotation } from "../../resources/pod-spec/resource-claims.ts";
import { subjectCommonName } from "../../x509/certificate-request.ts";
import { readPem } from "../../x509/pem.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { refuse } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

/** Throws what refuses the write of a node. */
type Check = (node: string, asked: AdmissionAttributes) => void | Promise<void>;

/**
 * Limits a kubelet to its own Node, the pods bound to it, its lease and its CSINode
 * (reference/access-authn-authz/admission-controllers, NodeRestriction): the half of the Node authorizer that needs to
 * see the object.
 */
export function nodeRestriction(view: ClusterView, authorize: Authorizer): AdmissionPlugin {
  const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
    ["/pods", (node, asked) => checkPod(view, node, asked)],
    ["/nodes", checkNode],
    ["/persistentvolumeclaims", checkClaim],
    ["/serviceaccounts", (node, asked) => checkToken(view, authorize, node, asked)],
    ["coordination.k8s.io/leases", checkLease],
    ["storage.k8s.io/csinodes", checkCsiNode],
    ["resource.k8s.io/resourceslices", checkSlice],
    ["certificates.k8s.io/certificatesigningrequests", checkCertificateRequest],
  ]);
  return {
    name: "NodeRestriction",
    handles: ({ user, operation }) => operation !== "CONNECT" && nodeOf(user) !== undefined,
    async mutate(asked) {
      const node = nodeOf(asked.user);
      if (node === undefined) return;
      if (node === "") throw refuse(asked, `could not determine node from user ${quote(asked.user.name)}`);
      await checks.get(`${asked.definition.group}/${asked.definition.plural}`)?.(node, asked);
    },
  };
}

const quote = JSON.stringify;

function nodeNameOf(object: ReadonlyJsonObject | undefined): string {
  return object === undefined ? "" : stringIn(objectIn(object, "spec"), "nodeName");
}

async function existingPod(view: ClusterView, { namespace }: AdmissionAttributes, name: string): Promise<KubeObject> {
  const pod = await view.get(PODS, namespace, name);
  if (pod === undefined) throw notFound(PODS, name);
  return pod;
}

async function checkPod(view: ClusterView, node: string, asked: AdmissionAttributes): Promise<void> {
  const { operation, subresource, object, oldObject } = asked;
  if (subresource === "status") {
    if (operation !== "UPDATE") throw refuse(asked, `unexpected operation ${quote(operation)}`);
    if (nodeNameOf(oldObject) !== node)
      throw refuse(asked, `node ${quote(node)} can only update pod status for pods with spec.nodeName set to itself`);
    if (!equalJson(object?.metadata.labels ?? {}, oldObject?.metadata.labels ?? {}))
      throw refuse(asked, `node ${quote(node)} cannot update labels through pod status`);
    const claims = (pod: KubeObject | undefined) => objectsIn(objectIn(pod ?? {}, "status"), "resourceClaimStatuses");
    if (!equalJson(claims(object), claims(oldObject))) throw refuse(asked, `node ${quote(node)} cannot update resource claim statues`);
    return;
  }
  if (subresource === "eviction") {
    if (operation !== "CREATE") throw refuse(asked, `unexpected operation ${operation}`);
    const pod = await existingPod(view, asked, asked.name || (object?.metadata.name ?? ""));
    if (nodeNameOf(pod) !== node) throw refuse(asked, `node ${node} can only evict pods with spec.nodeName set to itself`);
    return;
  }
  if (subresource !== "") throw refuse(asked, `unexpected pod subresource ${quote(subresource)}, only 'status' and 'eviction' are allowed`);
  if (operation === "CREATE") return checkMirrorPod(view, node, asked);
  if (operation !== "DELETE")
    throw refuse(asked, `unexpected operation ${quote(operation)}, node ${quote(node)} can only create and delete mirror pods`);
  const pod = await existingPod(view, asked, asked.name);
  if (nodeNameOf(pod) !== node) throw refuse(asked, `node ${quote(node)} can only delete pods with spec.nodeName set to itself`);
}

/** Static pods are shown to the API as pods that the node owns and that refer to nothing else. */
async function checkMirrorPod(view: ClusterView, node: string, asked: AdmissionAttributes): Promise<void> {
  const pod = asked.object as KubeObject;
  const only = (what: string): Error => refuse(asked, `node ${quote(node)} can only create pods with ${what}`);
  if (!isMirrorPod(pod.metadata))
    throw refuse(asked, `pod does not have ${quote(mirrorAnnotation)} annotation, node ${quote(node)} can only create mirror pods`);
  if (nodeNameOf(pod) !== node) throw only("spec.nodeName set to itself");
  const [owner, ...others] = pod.metadata.ownerReferences ?? [];
  if (others.length > 0) throw only("a single owner reference set to itself");
  if (owner === undefined || owner.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    throw only("an owner reference set to itself");
  if (owner.controller !== true) throw only("a controller owner reference set to itself");
  if (owner.blockOwnerDeletion === true) throw refuse(asked, `node ${quote(node)} must not set blockOwnerDeletion on an owner reference`);
  const self = await view.get(NODES, "", node);
  if (self === undefined) throw notFound(NODES, node);
  if (owner.uid !== self.metadata.uid)
    throw refuse(asked, `node ${node} UID mismatch: expected ${owner.uid} got ${self.metadata.uid ?? ""}`);
  const found = foreignReference(pod);
  if (found !== undefined) throw refuse(asked, `node ${quote(node)} can not create pods that reference ${found}`);
}

/** What else of the API a pod refers to; undefined where it is nothing. */
function foreignReference(pod: KubeObject): string | undefined {
  const spec = objectIn(pod, "spec");
  if (stringIn(spec, "serviceAccountName") !== "") return "a service account";
  const kinds = referencedKinds(pod);
  if (kinds.has("Secret")) return "secrets";
  if (kinds.has("ConfigMap")) return "configmaps";
  const volumes = objectsIn(spec, "volumes");
  const sources = volumes.flatMap((volume) => objectsIn(objectIn(volume, "projected"), "sources"));
  if (sources.some((source) => isSet(source, "clusterTrustBundle"))) return "clustertrustbundles";
  if (volumes.some((volume) => isSet(volume, "persistentVolumeClaim"))) return "persistentvolumeclaims";
  return objectsIn(spec, "resourceClaims").length > 0 ? "resourceclaims" : undefined;
}

function checkNode(node: string, asked: AdmissionAttributes): void {
  const { operation, object, oldObject } = asked;
  const denied = (what: string): Error => refuse(asked, `node ${quote(node)} is not allowed to ${what}`);
  if (operation === "CREATE" && object !== undefined) {
    if (isSet(objectIn(object, "spec"), "configSource")) throw denied("create pods with a non-nil configSource");
    const labels = forbiddenLabels(object.metadata.labels ?? {}, {});
    if (labels.length > 0) throw denied(`set the following labels: ${labels.join(", ")}`);
  }
  const name = asked.name || (object?.metadata.name ?? "");
  if (name !== node) throw denied(`modify node ${quote(name)}`);
  if (operation !== "UPDATE" || object === undefined || oldObject === undefined) return;
  const [spec, before] = [objectIn(object, "spec"), objectIn(oldObject, "spec")];
  if (isSet(spec, "configSource") && !equalJson(spec["configSource"], before["configSource"]))
    throw denied("update configSource to a new non-nil configSource");
  if (!equalJson(objectsIn(spec, "taints"), objectsIn(before, "taints"))) throw denied("modify taints");
  const labels = forbiddenLabels(object.metadata.labels ?? {}, oldObject.metadata.labels ?? {});
  if (labels.length > 0) throw refuse(asked, `is not allowed to modify labels: ${labels.join(", ")}`);
  if (!equalJson(object.metadata.ownerReferences ?? [], oldObject.metadata.ownerReferences ?? [])) throw denied("modify ownerReferences");
}

const RESTRICTED = "node-restriction.kubernetes.io";
const KUBELET_NAMESPACES = ["kubelet.kubernetes.io", "node.kubernetes.io"];
/** The labels of Kubernetes' own that a kubelet sets (reference/labels-annotations-taints). */
const KUBELET_LABELS: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
]);

type Labels = Readonly<Record<string, string>>;

/** Changed labels that are not a kubelet's to change, in order. */
function forbiddenLabels(labels: Labels, before: Labels): string[] {
  const value = (map: Labels, key: string): string | undefined => (Object.hasOwn(map, key) ? map[key] : undefined);
  const keys = new Set([...Object.keys(labels), ...Object.keys(before)]);
  return [...keys].filter((key) => value(labels, key) !== value(before, key) && isForbidden(key)).sort();
}

function isForbidden(key: string): boolean {
  const slash = key.indexOf("/");
  const namespace = slash < 0 ? "" : key.slice(0, slash);
  const within = (zone: string): boolean => namespace === zone || namespace.endsWith(`.${zone}`);
  if (within(RESTRICTED)) return true;
  if (!within("kubernetes.io") && !within("k8s.io")) return false;
  return !KUBELET_LABELS.has(key) && !KUBELET_NAMESPACES.some(within);
}

/** What the kubelet tells of a claim that it resizes. */
const CLAIM_STATUS = ["capacity", "conditions", "allocatedResourceStatuses", "allocatedResources", "modifyVolumeStatus"];

function checkClaim(node: string, asked: AdmissionAttributes): void {
  const { operation, subresource, object, oldObject } = asked;
  if (subresource !== "status") throw refuse(asked, "may only update PVC status");
  if (operation !== "UPDATE" || object === undefined || oldObject === undefined)
    throw refuse(asked, `unexpected operation ${quote(operation)}`);
  const rest = (claim: KubeObject): KubeObject => {
    const copy = copyJson(claim);
    delete copy.metadata.managedFields;
    delete copy.metadata.resourceVersion;
    const status = { ...objectIn(copy, "status") };
    for (const member of CLAIM_STATUS) delete status[member];
    return { ...copy, status: copyJson(status) } as KubeObject;
  };
  if (!equalJson(rest(object), rest(oldObject)))
    throw refuse(asked, `node ${quote(node)} is not allowed to update fields other than status.quantity and status.conditions`);
}

/** A token is for a pod of the node, and for an audience that the pod asks for or the node may ask for. */
async function checkToken(view: ClusterView, authorize: Authorizer, node: string, asked: AdmissionAttributes): Promise<void> {
  const { operation, subresource, object, user, namespace } = asked;
  if (operation !== "CREATE" || subresource !== "token" || object === undefined) return;
  const spec = objectIn(object, "spec");
  const ref = objectIn(spec, "boundObjectRef");
  const [name, uid] = [stringIn(ref, "name"), stringIn(ref, "uid")];
  if (stringIn(ref, "apiVersion") !== "v1" || stringIn(ref, "kind") !== "Pod" || name === "")
    throw refuse(asked, "node requested token not bound to a pod");
  if (uid === "") throw refuse(asked, "node requested token with a pod binding without a uid");
  const pod = await existingPod(view, asked, name);
  if (pod.metadata.uid !== uid) {
    const text = `the UID in the bound object reference (${uid}) does not match the UID in record.`;
    throw refuse(asked, `${text} The object might have been deleted and then recreated`);
  }
  if (nodeNameOf(pod) !== node) throw refuse(asked, "node requested token bound to a pod scheduled on a different node");
  const audiences = stringsIn(spec, "audiences");
  if (audiences.length > 1) throw refuse(asked, "node may only request 0 or 1 audiences");
  const audience = audiences[0] ?? "";
  if (await asksForAudience(view, pod, audience)) return;
  const { decision } = await authorize(
    resourceQuestion({
      user,
      verb: "request-serviceaccounts-token-audience",
      namespace,
      apiGroup: "",
      apiVersion: "v1",
      resource: audience,
      name: stringIn(objectIn(pod, "spec"), "serviceAccountName"),
    }),
  );
  if (decision === "allow") return;
  const text = `audience ${quote(audience)} not found in pod spec volume`;
  throw refuse(asked, `${text}, ${user.name} is not authorized to request tokens for this audience`);
}

/** Whether a volume of the pod, or the CSI driver of one, takes a token for the audience. */
async function asksForAudience(view: ClusterView, pod: KubeObject, audience: string): Promise<boolean> {
  const drivers = new Set<string>();
  const { namespace = "", name: podName = "" } = pod.metadata;
  for (const volume of objectsIn(objectIn(pod, "spec"), "volumes")) {
    for (const source of objectsIn(objectIn(volume, "projected"), "sources")) {
      if (isSet(source, "serviceAccountToken") && stringIn(objectIn(source, "serviceAccountToken"), "audience") === audience) return true;
    }
    drivers.add(stringIn(objectIn(volume, "csi"), "driver"));
    const claimName = isSet(volume, "ephemeral")
      ? `${podName}-${stringIn(volume, "name")}`
      : stringIn(objectIn(volume, "persistentVolumeClaim"), "claimName");
    const claim = claimName === "" ? undefined : await view.get(PERSISTENT_VOLUME_CLAIMS, namespace, claimName);
    const bound = claim === undefined ? "" : stringIn(objectIn(claim, "spec"), "volumeName");
    const persistent = bound === "" ? undefined : await view.get(PERSISTENT_VOLUMES, "", bound);
    if (persistent !== undefined) drivers.add(stringIn(objectIn(objectIn(persistent, "spec"), "csi"), "driver"));
  }
  for (const name of drivers) {
    const driver = name === "" ? undefined : await view.get(CSI_DRIVERS, "", name);
    if (driver === undefined) continue;
    if (objectsIn(objectIn(driver, "spec"), "tokenRequests").some((one) => stringIn(one, "audience") === audience)) return true;
  }
  return false;
}

const NODE_SIGNERS: ReadonlySet<string> = new Set(["kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"]);

/** A node's certificates are its own; what else they must be is the signers' to see to. */
function checkCertificateRequest(node: string, asked: AdmissionAttributes): void {
  const { operation, object, subresource } = asked;
  const spec = objectIn(object ?? {}, "spec");
  if (operation !== "CREATE" || subresource !== "" || !NODE_SIGNERS.has(stringIn(spec, "signerName"))) return;
  const block = readPem(Buffer.from(stringIn(spec, "request"), "base64").toString("latin1"));
  if (block === undefined) throw refuse(asked, "unable to parse csr: PEM block type must be CERTIFICATE REQUEST");
  const name = subjectCommonName(block.bytes);
  const own = NODE_USER_PREFIX + node;
  if (name.startsWith(NODE_USER_PREFIX) && name !== own) throw refuse(asked, `can only create a node CSR with CN=${own}`);
}

function checkLease(node: string, asked: AdmissionAttributes): void {
  if (asked.namespace !== NODE_LEASES) throw refuse(asked, `can only access leases in the ${quote(NODE_LEASES)} system namespace`);
  if (ownName(asked) !== node) throw refuse(asked, "can only access node lease with the same name as the requesting node");
}

function checkCsiNode(node: string, asked: AdmissionAttributes): void {
  if (ownName(asked) !== node) throw refuse(asked, "can only access CSINode with the same name as the requesting node");
}

function ownName({ operation, object, name }: AdmissionAttributes): string {
  return operation === "CREATE" ? (object?.metadata.name ?? "") : name;
}

function checkSlice(node: string, asked: AdmissionAttributes): void {
  const { operation, object, oldObject } = asked;
  if (operation === "CREATE" && nodeNameOf(object) !== node)
    throw refuse(asked, "can only create ResourceSlice with the same NodeName as the requesting node");
  if (operation === "DELETE" && oldObject !== undefined && nodeNameOf(oldObject) !== node)
    throw refuse(asked, "can only delete ResourceSlice with the same NodeName as the requesting node");
}
