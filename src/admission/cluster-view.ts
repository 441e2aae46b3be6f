import type { KubeObject } from "../object/kube-object.ts";
import { NAMESPACES } from "../object/resource-ids.ts";
import { notFound, type ResourceRef } from "../object/status.ts";

/** What plugins may look up: objects as stored, in their stored form, read-only. */
export interface ClusterView {
  get(resource: ResourceRef, namespace: string, name: string): Promise<KubeObject | undefined>;
  list(resource: ResourceRef, namespace?: string): Promise<readonly KubeObject[]>;
}

/** A namespace that something lies in. Errors: StatusError 404. */
export async function existingNamespace(view: ClusterView, name: string): Promise<KubeObject> {
  const found = await view.get(NAMESPACES, "", name);
  if (found === undefined) throw notFound(NAMESPACES, name);
  return found;
}
