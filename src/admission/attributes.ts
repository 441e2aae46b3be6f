import { forbidden, type StatusError } from "../object/status.ts";
import type { AdmissionAttributes, Operation } from "./admission.ts";

/** Whether a write concerns a resource itself (no subresource of it), in one of the operations. */
export function concerns(attributes: AdmissionAttributes, group: string, plural: string, ...operations: readonly Operation[]): boolean {
  const { definition, subresource, operation } = attributes;
  return definition.group === group && definition.plural === plural && subresource === "" && operations.includes(operation);
}

/** A plugin's refusal: 403 that names the object. */
export function refuse(attributes: AdmissionAttributes, text: string): StatusError {
  return forbidden(attributes.ref, attributes.name || (attributes.object?.metadata.name ?? ""), text);
}
