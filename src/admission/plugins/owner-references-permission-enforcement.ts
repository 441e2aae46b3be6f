import { resourceQuestion, type Authorizer } from "../../authorization/authorizer.ts";
import { equalJson } from "../../object/json.ts";
import { parseGroupVersion, type KubeObject, type OwnerReference } from "../../object/kube-object.ts";
import { PODS } from "../../object/resource-ids.ts";
import type { ServedResource } from "../../resources/definitions.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { isOf, refuse } from "../attributes.ts";

/** Finds a kind that is served. */
type FindKind = (group: string, kind: string, version: string) => ServedResource | undefined;

/**
 * Who owns an object decides when it is deleted: only those who may delete it say so, and who holds back the deletion of
 * an owner must be allowed to do that to it (concepts/architecture/garbage-collection).
 */
export function ownerReferencesPermissionEnforcement(authorize: Authorizer, findKind: FindKind): AdmissionPlugin {
  return {
    name: "OwnerReferencesPermissionEnforcement",
    handles: (attributes) =>
      (attributes.operation === "CREATE" || attributes.operation === "UPDATE") &&
      // The status of a pod is written by those who run it.
      !(isOf(attributes, PODS) && attributes.subresource === "status"),
    async validate(attributes) {
      const { object, oldObject, operation } = attributes;
      const [now, before] = [ownersOf(object), ownersOf(oldObject)];
      if (equalJson(now, before)) return;
      if (operation === "UPDATE") await requireDelete(authorize, attributes);
      for (const owner of now.filter((one) => one.blockOwnerDeletion === true && !blocked(before, one)))
        await requireFinalizers(authorize, findKind, attributes, owner);
    },
  };
}

function ownersOf(object: KubeObject | undefined): readonly OwnerReference[] {
  return object?.metadata?.ownerReferences ?? [];
}

/** Whether this owner was held back before already. */
function blocked(before: readonly OwnerReference[], { uid }: OwnerReference): boolean {
  return before.some((one) => one.uid === uid && one.blockOwnerDeletion === true);
}

async function requireDelete(authorize: Authorizer, attributes: AdmissionAttributes): Promise<void> {
  const { user, definition, served, subresource, name, namespace } = attributes;
  const { decision, reason } = await authorize(
    resourceQuestion({
      user,
      verb: "delete",
      namespace,
      apiGroup: served.group,
      apiVersion: served.version,
      resource: definition.plural,
      subresource,
      name,
    }),
  );
  if (decision !== "allow") throw refuse(attributes, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
}

async function requireFinalizers(
  authorize: Authorizer,
  findKind: FindKind,
  attributes: AdmissionAttributes,
  owner: OwnerReference,
): Promise<void> {
  const { group = "", version = "" } = parseGroupVersion(owner.apiVersion) ?? {};
  const found = findKind(group, owner.kind, version);
  if (found === undefined) {
    const kind = `no matches for kind ${JSON.stringify(owner.kind)} in version ${JSON.stringify(owner.apiVersion)}`;
    throw refuse(
      attributes,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: ${kind}`,
    );
  }
  const { decision, reason } = await authorize(
    resourceQuestion({
      user: attributes.user,
      verb: "update",
      namespace: found.definition.scope === "Namespaced" ? attributes.namespace : "",
      apiGroup: group,
      apiVersion: version,
      resource: found.definition.plural,
      subresource: "finalizers",
      name: owner.name,
    }),
  );
  if (decision === "allow") return;
  throw refuse(
    attributes,
    `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
  );
}
