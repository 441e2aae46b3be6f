import { isObject, type JsonObject } from "../object/json.ts";
import { forbidden, StatusError, type StatusCause } from "../object/status.ts";
import type { AdmissionAttributes, Operation } from "./admission.ts";

/** Whether a write concerns a resource itself (no subresource of it), in one of the operations. */
export function concerns(attributes: AdmissionAttributes, group: string, plural: string, ...operations: readonly Operation[]): boolean {
  const { definition, subresource, operation } = attributes;
  return definition.group === group && definition.plural === plural && subresource === "" && operations.includes(operation);
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
