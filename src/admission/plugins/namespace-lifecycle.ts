import { NAMESPACES } from "../../object/resource-ids.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { isOf, refuse } from "../attributes.ts";
import { existingNamespace, type ClusterView } from "../cluster-view.ts";

/** Namespaces that every cluster needs. */
const IMMORTAL: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);
/** Questions about a namespace may be asked before it exists. */
const EXEMPT: ReadonlySet<string> = new Set(["localsubjectaccessreviews", "subjectaccessreviews"]);

/** Nothing is written into a namespace that does not exist, and nothing new into one that is going away. */
export function namespaceLifecycle(view: ClusterView): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    handles(attributes) {
      const { operation, definition, namespace } = attributes;
      if (operation === "DELETE") return isOf(attributes, NAMESPACES);
      return operation !== "CONNECT" && definition.scope === "Namespaced" && namespace !== "" && !EXEMPT.has(definition.plural);
    },
    async mutate(attributes) {
      const { operation, namespace, name } = attributes;
      if (operation === "DELETE") {
        if (IMMORTAL.has(name)) throw refuse(attributes, "this namespace may not be deleted");
        return;
      }
      const found = await existingNamespace(view, namespace);
      if (operation !== "CREATE" || found.metadata.deletionTimestamp === undefined) return;
      throw refuse(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`, {
        reason: "NamespaceTerminating",
        message: `namespace ${namespace} is being terminated`,
        field: "metadata.namespace",
      });
    },
  };
}
