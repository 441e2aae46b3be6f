import { ALLOW, NO_OPINION, NO_RULES, READS, type AuthorizationAttributes, type AuthorizationMode, type Decision } from "../authorizer.ts";
import { ruleAllows, type CompiledRule } from "../rbac/policy-rule.ts";
import { fieldRequirements } from "../selectors.ts";
import { NODE_LEASES, nodeOf } from "./identity.ts";
import type { NodeGraph } from "./node-graph.ts";
import type { ReferenceKind } from "./references.ts";

/** What the mode looks at. */
export interface NodeModeParts {
  readonly graph: NodeGraph;
  /** Resolves when the graph shows the cluster; called once, when the first kubelet asks. Errors: StorageError. */
  readonly loadGraph: () => Promise<void>;
  /** What every kubelet may do with kinds that are not told apart by node: the rules of the role system:node. */
  readonly rules: readonly CompiledRule[];
}

/** A check of one resource: its decision, or the kind as which the graph decides whether the node has to do with the object. */
type Check = (node: string, asked: AuthorizationAttributes) => Decision | ReferenceKind;

const OWN_VERBS: ReadonlySet<string> = new Set(["get", "create", "update", "patch", "delete"]);

/** Kubelets may use what is of their node (reference/access-authn-authz/node), and never deny anybody. */
export function nodeMode({ graph, loadGraph, rules }: NodeModeParts): AuthorizationMode {
  let loading: Promise<void> | undefined;
  let loaded = false;
  const load = (): Promise<void> =>
    (loading ??= loadGraph().then(
      () => void (loaded = true),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    ));
  return {
    name: "Node",
    authorize(asked) {
      const node = nodeOf(asked.user);
      if (node === undefined) return NO_OPINION;
      if (node === "") return no(`unknown node for user ${JSON.stringify(asked.user.name)}`);
      const check = asked.isResourceRequest ? CHECKS.get(`${asked.apiGroup}/${asked.resource}`) : undefined;
      if (check === undefined) return rules.some((rule) => ruleAllows(rule, asked)) ? ALLOW : NO_OPINION;
      const answer = check(node, asked);
      if (typeof answer !== "string") return answer;
      if (asked.name === "") return no("No Object name found");
      const byGraph = (): Decision =>
        graph.isRelated(node, answer, asked.namespace, asked.name)
          ? ALLOW
          : no(`no relationship found between node '${node}' and this object`);
      return loaded ? byGraph() : load().then(byGraph);
    },
    rulesFor: (user) =>
      nodeOf(user) === undefined
        ? NO_RULES
        : { ...NO_RULES, incomplete: true, fault: "node authorizer does not support user rule resolution" },
  };
}

function no(reason: string): Decision {
  return { decision: "noOpinion", reason };
}

/** Objects that are read by name, in a namespace. */
function readNamespaced(kind: ReferenceKind): Check {
  return (_, { verb, subresource, namespace }) => {
    if (!READS.has(verb)) return no("can only read resources of this type");
    if (subresource !== "") return no("cannot read subresource");
    return namespace === "" ? no("can only read namespaced object of this type") : kind;
  };
}

function getOnly(kind: ReferenceKind): Check {
  return (_, { verb, subresource }) => {
    if (verb !== "get") return no("can only get individual resources of this type");
    return subresource === "" ? kind : no("cannot get subresource");
  };
}

/** Objects that bear the node's name. Of a create the name is not known yet: NodeRestriction looks at it. */
function ownObject(node: string, { verb, name }: AuthorizationAttributes, refusal: string): Decision {
  return verb === "create" || name === node ? ALLOW : no(refusal);
}

/** Whether a list is narrowed to what is of the node. */
function selectsNode(asked: AuthorizationAttributes, field: string, node: string): boolean {
  return fieldRequirements(asked).some((one) => one.field === field && one.operator === "=" && one.value === node);
}

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["/secrets", readNamespaced("Secret")],
  ["/configmaps", readNamespaced("ConfigMap")],
  ["/persistentvolumes", getOnly("PersistentVolume")],
  ["resource.k8s.io/resourceclaims", getOnly("ResourceClaim")],
  ["storage.k8s.io/volumeattachments", getOnly("VolumeAttachment")],
  [
    "/persistentvolumeclaims",
    (node, asked) => {
      if (asked.subresource !== "status") return getOnly("PersistentVolumeClaim")(node, asked);
      return asked.verb === "update" || asked.verb === "patch" ? "PersistentVolumeClaim" : no("can only get/update/patch this type");
    },
  ],
  [
    "/serviceaccounts",
    (node, asked) => {
      if (asked.verb === "get" && asked.subresource === "") return readNamespaced("ServiceAccount")(node, asked);
      if (asked.verb !== "create" || asked.name === "") return no("can only create tokens for individual service accounts");
      return asked.subresource === "token" ? "ServiceAccount" : no("can only create token subresource of serviceaccount");
    },
  ],
  [
    "coordination.k8s.io/leases",
    (node, asked) => {
      if (!OWN_VERBS.has(asked.verb)) return no("can only get, create, update, patch, or delete a node lease");
      if (asked.namespace !== NODE_LEASES) return no(`can only access leases in the "${NODE_LEASES}" system namespace`);
      return ownObject(node, asked, "can only access node lease with the same name as the requesting node");
    },
  ],
  [
    "storage.k8s.io/csinodes",
    (node, asked) => {
      if (!OWN_VERBS.has(asked.verb)) return no("can only get, create, update, patch, or delete a CSINode");
      if (asked.subresource !== "") return no("cannot authorize CSINode subresources");
      return ownObject(node, asked, "can only access CSINode with the same name as the requesting node");
    },
  ],
  [
    "resource.k8s.io/resourceslices",
    (node, asked) => {
      if (asked.subresource !== "") return no("cannot authorize ResourceSlice subresources");
      if (asked.verb === "create") return ALLOW;
      if (OWN_VERBS.has(asked.verb)) return "ResourceSlice";
      if (!["list", "watch", "deletecollection"].includes(asked.verb))
        return no(
          "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection",
        );
      if (selectsNode(asked, "spec.nodeName", node)) return ALLOW;
      return no("can only list/watch/deletecollection resourceslices with nodeName field selector");
    },
  ],
  [
    "/nodes",
    (node, { verb, subresource, name }) => {
      if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOW : NO_OPINION;
      if (subresource !== "") return NO_OPINION;
      if (verb === "create" || verb === "update" || verb === "patch") return ALLOW;
      if (!READS.has(verb)) return NO_OPINION;
      if (name === node) return ALLOW;
      return no(`node '${node}' cannot read ${name === "" ? "all nodes" : `'${name}'`}, only its own Node object`);
    },
  ],
  [
    "/pods",
    (node, asked) => {
      const { verb, subresource, name } = asked;
      if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOW : NO_OPINION;
      if (subresource === "eviction") return verb === "create" ? ALLOW : NO_OPINION;
      if (subresource !== "") return NO_OPINION;
      if (verb === "get") return "Pod";
      if (verb === "create" || verb === "delete") return ALLOW;
      if (!READS.has(verb)) return NO_OPINION;
      if (selectsNode(asked, "spec.nodeName", node)) return ALLOW;
      return name === "" ? no("can only list/watch pods with spec.nodeName field selector") : "Pod";
    },
  ],
]);
