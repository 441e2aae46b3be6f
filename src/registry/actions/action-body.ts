import type { AdmissionAttributes } from "../../admission/admission.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { badRequest, type ResourceRef } from "../../object/status.ts";
import { attributesOf, type Write } from "../write.ts";
import type { BodyFormat, BodyType } from "../decode-body.ts";
import { ownEndpoint } from "../endpoint.ts";
import { checkNamespace, decodeSent } from "../object-body.ts";

/** What a Status answers of an action that was done. */
export const DONE = {
  status: 201,
  value: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
} as const;

/** The body's type: the subresource's, or of a resource that is an action itself its own. `otherVersions` it may come in too. */
export function actionType({ endpoint }: Write, otherVersions: readonly string[] = []): BodyType {
  const sub = endpoint.subresource?.definition;
  const type = sub?.type === "action" ? sub : endpoint.served;
  const { group, version, kind, schema } = type;
  return { group, version, kind, schema, alsoAs: otherVersions.map((other) => ({ group, version: other, kind, schema })) };
}

/**
 * Reads the body of an action below an object, or in a collection of them, whose name it must bear. Errors: StatusError
 * 400.
 */
export function readAction(write: Write, body: Buffer, format: BodyFormat, type: BodyType): KubeObject {
  const { endpoint } = write;
  const object = decodeSent(write, body, format, type);
  checkNamespace(object, endpoint);
  delete object.metadata.managedFields;
  const { name = "" } = object.metadata;
  if (endpoint.name !== "" && name !== endpoint.name) throw badRequest(`name in URL does not match name in ${type.kind} object`);
  return object;
}

/** Admission of an action, with its body as the object. Errors: what admission refuses. */
export async function admitAction(write: Write, object: KubeObject): Promise<void> {
  const attributes = actionAttributes(write, object);
  await write.registry.admission.mutate(attributes);
  await write.registry.admission.validate(attributes);
}

/** What admission is told of an action. */
export function actionAttributes(write: Write, object: KubeObject): AdmissionAttributes {
  return attributesOf(write, "CREATE", write.endpoint.name || (object.metadata.name ?? ""), object, undefined);
}

/** The same write at another door of the server: an object of the namespace, or its status. */
export function writeAt(write: Write, resource: ResourceRef, name: string, subresource?: string): Write {
  const endpoint = ownEndpoint(write.registry.definitions, resource, write.endpoint.namespace, name, subresource);
  return { ...write, admitted: true, endpoint };
}
