import type { AdmissionPlugin } from "../admission.ts";

/**
 * Plugins that stand in the order and do nothing, since the feature that they guard is off in v1.36: PodGroupProtection and
 * PodGroupWorkloadExists (GenericWorkload), JobValidation (WorkloadWithJob).
 */
export function dormant(name: string): AdmissionPlugin {
  return { name, handles: () => false };
}
