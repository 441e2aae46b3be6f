import type { Operation } from "../admission/admission.ts";
import { restoreAfterAdmission } from "../apply/keep-owners.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { badRequest } from "../object/status.ts";
import { dropRepeatedOwners } from "./repeated-owners.ts";
import { attributesOf, warn, type Write } from "./write.ts";

/**
 * Mutating admission, in place. What it adds has no owner, and owners that it damaged are put back with a warning.
 * Errors: what admission refuses.
 */
export async function mutate(
  write: Write,
  operation: Operation,
  name: string,
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<void> {
  if (write.admitted === true) return;
  const owners = object.metadata.managedFields;
  const attributes = attributesOf(write, operation, name, object, old);
  await write.registry.admission.mutate(attributes);
  const { definition, namespace } = write.endpoint;
  if (operation === "CREATE" && definition.scope === "Namespaced" && object.metadata.namespace !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  dropRepeatedOwners(write, object, " after mutating admission");
  const warning = restoreAfterAdmission(object, owners, write.registry.fieldSets);
  if (warning !== undefined) warn(write, warning);
}
