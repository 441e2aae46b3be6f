import type { KubeObject } from "../../object/kube-object.ts";
import { quoteText } from "../../object/quote.ts";

const SUFFIX = ".static.k8s.io";

/** Warns of names that will be those of configurations from files (ManifestBasedAdmissionControlConfig, which is off). */
export function staticNameWarnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  if (old !== undefined || metadata.name?.endsWith(SUFFIX) !== true) return [];
  return [
    `metadata.name: names ending with ${quoteText(SUFFIX)} will be reserved for static manifest-based configurations when the ManifestBasedAdmissionControlConfig feature gate is enabled`,
  ];
}
