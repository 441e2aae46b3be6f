import type { UserInfo } from "../../request/context.ts";

const PREFIX = "system:node:";
const GROUP = "system:nodes";

/**
 * The node that a kubelet's user stands for (reference/access-authn-authz/node); "" for a kubelet that does not say
 * which, undefined for everybody else.
 */
export function nodeOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(PREFIX) && groups.includes(GROUP) ? name.slice(PREFIX.length) : undefined;
}
