import { isObject, type JsonObject } from "../object/json.ts";
import { forbidden, StatusError, type ResourceRef, type StatusCause } from "../object/status.ts";
import { PODS } from "../object/resource-ids.ts";
import type { AdmissionAttributes, Operation } from "./admission.ts";

/** Whether a write is one to a resource, itself or below it. */
export function isOf({ definition }: AdmissionAttributes, { group, plural }: ResourceRef): boolean {
  return definition.group === group && definition.plural === plural;
}

/** Whether a write goes through a subresource, in one of the operations. */
export function goesThrough(
  attributes: AdmissionAttributes,
  resource: ResourceRef,
  subresource: string,
  ...operations: readonly Operation[]
): boolean {
  return attributes.subresource === subresource && operations.includes(attributes.operation) && isOf(attributes, resource);
}

/** Whether a write concerns a resource itself (no subresource of it), in one of the operations. */
export function concerns(attributes: AdmissionAttributes, resource: ResourceRef, ...operations: readonly Operation[]): boolean {
  return goesThrough(attributes, resource, "", ...operations);
}

/** Whether a write creates or updates an object itself, whatever it is, not through a subresource. */
export function writesItself({ operation, subresource }: AdmissionAttributes): boolean {
  return subresource === "" && (operation === "CREATE" || operation === "UPDATE");
}

/** Whether a write changes what the containers of a pod that runs may use. */
export function resizes(attributes: AdmissionAttributes): boolean {
  return goesThrough(attributes, PODS, "resize", "UPDATE");
}

/** Whether a write adds containers to a pod that runs. */
export function addsEphemeralContainers(attributes: AdmissionAttributes): boolean {
  return goesThrough(attributes, PODS, "ephemeralcontainers", "UPDATE");
}

/**
 * A plugin's refusal: 403 that names the object, before it has a name what it will begin with. `cause`: by which programs
 * know it.
 */
export function refuse(attributes: AdmissionAttributes, text: string, cause?: StatusCause): StatusError {
  const { name, generateName } = attributes.object?.metadata ?? {};
  const refusal = forbidden(attributes.ref, attributes.name || name || generateName || "Unknown", text);
  if (cause === undefined) return refusal;
  const { status } = refusal;
  return new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
}

/** The spec of the object that a mutating plugin may change: the object's own, put there where it had none. */
export function specOf({ object }: AdmissionAttributes): JsonObject {
  if (object === undefined) return {};
  const spec = object["spec"];
  return isObject(spec) ? spec : (object["spec"] = {});
}
