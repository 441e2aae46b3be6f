import { StatusError } from "../../object/status.ts";
import { NAMESPACES } from "../../object/resource-ids.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { refuse } from "../attributes.ts";
import { existingNamespace, type ClusterView } from "../cluster-view.ts";

/** Creates an object for the server itself. Errors: StatusError. */
type CreateNamespace = (name: string) => Promise<unknown>;

/** Refuses whatever lies in a namespace that does not exist. */
export function namespaceExists(view: ClusterView): AdmissionPlugin {
  return {
    name: "NamespaceExists",
    handles: (attributes) => attributes.operation !== "CONNECT" && liesInNamespace(attributes),
    async validate({ namespace }) {
      await existingNamespace(view, namespace);
    },
  };
}

/** Creates the namespace of whatever is created. */
export function namespaceAutoProvision(view: ClusterView, createNamespace: CreateNamespace): AdmissionPlugin {
  return {
    name: "NamespaceAutoProvision",
    handles: (attributes) => attributes.operation === "CREATE" && !attributes.dryRun && liesInNamespace(attributes),
    async mutate(attributes) {
      const { namespace } = attributes;
      if ((await view.get(NAMESPACES, "", namespace)) !== undefined) return;
      try {
        await createNamespace(namespace);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        // Somebody else was faster.
        if (error.status.reason !== "AlreadyExists") throw refuse(attributes, error.message);
      }
    },
  };
}

function liesInNamespace({ definition, namespace }: AdmissionAttributes): boolean {
  return definition.scope === "Namespaced" && namespace !== "";
}
