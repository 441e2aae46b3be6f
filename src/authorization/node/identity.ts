import type { UserInfo } from "../../request/context.ts";

/** What the names of kubelets' users begin with; the node's name follows. */
export const NODE_USER_PREFIX = "system:node:";

/** The group of kubelets. */
export const NODES_GROUP = "system:nodes";

/** The namespace of the leases by which kubelets say that they live. */
export const NODE_LEASES = "kube-node-lease";

/**
 * The node that a kubelet's user stands for (reference/access-authn-authz/node); "" for a kubelet that does not say
 * which, undefined for everybody else.
 */
export function nodeOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(NODE_USER_PREFIX) && groups.includes(NODES_GROUP) ? name.slice(NODE_USER_PREFIX.length) : undefined;
}
