import type { JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { StatusError, type ResourceRef } from "../object/status.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "./admission.ts";
import type { ClusterView } from "./cluster-view.ts";

/** A write in a test, and what plugins said of it. */
interface TestAttributes extends AdmissionAttributes {
  readonly warnings: string[];
  readonly annotations: Map<string, string>;
}

/** Attributes of a write of an object, a pod's create in namespace "ns" unless `change` says otherwise. */
export function attributesFor(
  object: object | undefined,
  change: Partial<AdmissionAttributes> & { readonly resource?: ResourceRef } = {},
): TestAttributes {
  const { resource = { group: "", plural: "pods" }, ...rest } = change;
  const warnings: string[] = [];
  const annotations = new Map<string, string>();
  const definition = { ...resource, scope: "Namespaced", kind: "Kind" } as AdmissionAttributes["definition"];
  return {
    operation: "CREATE",
    definition,
    served: { group: resource.group, version: "v1" } as AdmissionAttributes["served"],
    subresource: "",
    ref: resource,
    namespace: "ns",
    name: "x",
    object: object as KubeObject | undefined,
    oldObject: undefined,
    user: { name: "ada", groups: [] },
    options: {},
    dryRun: false,
    warn: (text) => void warnings.push(text),
    annotate: (key, value) => void annotations.set(key, value),
    warnings,
    annotations,
    ...rest,
  } as TestAttributes;
}

/** A pod of this spec. */
export function podOf(spec: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "x", namespace: "ns", ...metadata }, spec };
}

/** A cluster that holds these objects, by plural. */
export function viewOf(objects: Readonly<Record<string, readonly object[]>>): ClusterView {
  const of = (plural: string): readonly KubeObject[] => (objects[plural] ?? []) as readonly KubeObject[];
  return {
    get: async ({ plural }, namespace, name) =>
      of(plural).find(({ metadata }) => metadata.name === name && (metadata.namespace ?? "") === namespace),
    list: async ({ plural }, namespace = "") => of(plural).filter(({ metadata }) => namespace === "" || metadata.namespace === namespace),
  };
}

/** Why a plugin refuses a write, after what it changes; undefined where it lets it in. The text is without its head. */
export async function refusalOf(plugin: AdmissionPlugin, attributes: AdmissionAttributes): Promise<string | undefined> {
  if (!plugin.handles(attributes)) return undefined;
  try {
    await plugin.mutate?.(attributes);
    await plugin.validate?.(attributes);
    return undefined;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return error.message.replace(/^[^:]*is forbidden: /, "");
  }
}
