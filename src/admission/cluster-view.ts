import type { KubeObject } from "../object/kube-object.ts";
import type { ResourceRef } from "../object/status.ts";

/** What plugins may look up: objects as stored, in their stored form, read-only. */
export interface ClusterView {
  get(resource: ResourceRef, namespace: string, name: string): Promise<KubeObject | undefined>;
  list(resource: ResourceRef, namespace?: string): Promise<readonly KubeObject[]>;
}
