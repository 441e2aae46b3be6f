import type { KubeObject } from "../../object/kube-object.ts";
import { quoteText } from "../../object/quote.ts";
import { objectIn, stringIn } from "../../object/read.ts";

/** The annotation by which definitions in the community's groups say who approved them. */
export const APPROVAL = "api-approved.kubernetes.io";

const PROTECTED = ["k8s.io", "kubernetes.io"];
const HELP = "see https://github.com/kubernetes/enhancements/pull/1111";
const NEEDED = `protected groups must have approval annotation "${APPROVAL}"`;

/** What a definition says of its approval, and what is told of it. */
export interface Approval {
  readonly state: "approved" | "bypassed" | "invalid" | "missing";
  readonly reason: string;
}

/** The approval of a definition; undefined where its group needs none (KEP-1111). */
export function approvalOf({ spec, metadata }: KubeObject): Approval | undefined {
  const group = stringIn(objectIn({ spec }, "spec"), "group");
  if (!PROTECTED.some((domain) => group === domain || group.endsWith(`.${domain}`))) return undefined;
  const value = metadata.annotations?.[APPROVAL] ?? "";
  if (value === "") return { state: "missing", reason: `${NEEDED}, ${HELP}` };
  if (value.startsWith("unapproved")) return { state: "bypassed", reason: `not approved: ${quoteText(value)}` };
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/]+/.test(value)) return { state: "approved", reason: `approved in ${value}` };
  return { state: "invalid", reason: `${NEEDED} with either a URL or a reason starting with "unapproved", ${HELP}` };
}
