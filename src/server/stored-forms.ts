import { groupVersion } from "../object/kube-object.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import type { Definitions } from "../resources/definitions.ts";
import type { TypeTable } from "../schema/load.ts";
import { StoredForms, type StoredForm } from "../storage/stored-form.ts";

/** What the original keeps beside its resources: the ports that services hold, and the addresses of its servers. */
const BESIDE: Readonly<Record<string, string>> = {
  "/registry/ranges/": "RangeAllocation",
  "/registry/masterleases/": "Endpoints",
  "/registry/peerserverleases/": "Endpoints",
};

/** How the values of the built-in kinds lie in the store. Custom ones are always JSON, and their definitions read them. */
export function storedForms(definitions: Definitions, types: TypeTable): StoredForms {
  const forms = new Map<string, StoredForm>();
  for (const definition of definitions.all())
    if (definition.custom !== true && definition.keyPrefix !== undefined) forms.set(definition.keyPrefix, formOf(definition));
  for (const [prefix, kind] of Object.entries(BESIDE)) {
    const schema = types.schemaForKind({ group: "", version: "v1", kind });
    if (schema === undefined) throw new TypeError(`the tables have no type for ${kind}`);
    forms.set(prefix, { kind, apiVersion: "v1", storedVersion: "v1", alwaysJson: false, schema, toHub: () => undefined });
  }
  return new StoredForms(forms);
}

function formOf({ kind, hub, served, storedVersion, storedAsJson = false }: ResourceDefinition): StoredForm {
  const apiVersion = groupVersion(hub.group, hub.version);
  return {
    kind,
    apiVersion,
    storedVersion: storedVersion ?? apiVersion,
    alwaysJson: storedAsJson,
    // The hub's is made on first use.
    get schema() {
      return hub.schema;
    },
    toHub: (object) => served.find(({ group, version }) => groupVersion(group, version) === object.apiVersion)?.toHub?.(object),
  };
}
