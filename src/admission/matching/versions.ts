import { copyJson } from "../../object/json.ts";
import { groupVersion, type GroupVersionKind, type KubeObject } from "../../object/kube-object.ts";
import { internalError, StatusError } from "../../object/status.ts";
import type { ServedVersion, VersionForms } from "../../resources/definition.ts";
import { subresourceKind } from "../../resources/subresource-kind.ts";
import type { AdmissionAttributes } from "../admission.ts";

/** A resource in a group version: GroupVersionResource. */
interface VersionedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** One of the versions in which a request can be shown: the resource, the kind of what was sent to it, and the form. */
export interface RequestVersion {
  readonly resource: VersionedResource;
  readonly kind: GroupVersionKind;
  readonly served: ServedVersion;
}

/** The version that the request speaks. */
export function requestVersion(attributes: AdmissionAttributes): RequestVersion {
  return versionOf(attributes, attributes.served);
}

/** The other versions of the same resource, into which its objects can be converted (matchPolicy Equivalent). */
export function equivalentVersions(attributes: AdmissionAttributes): readonly RequestVersion[] {
  const { definition, served } = attributes;
  return definition.served.filter((other) => other !== served).map((other) => versionOf(attributes, other));
}

function versionOf(attributes: AdmissionAttributes, served: ServedVersion): RequestVersion {
  const { definition } = attributes;
  return {
    resource: { group: served.group, version: served.version, resource: definition.plural },
    kind: kindOf(attributes, served),
    served,
  };
}

/** The kind of what is sent: the resource's own, or its subresource's. */
function kindOf({ definition, subresource }: AdmissionAttributes, served: ServedVersion): GroupVersionKind {
  const sub = definition.subresources.get(subresource);
  return sub === undefined ? { group: served.group, version: served.version, kind: served.kind } : subresourceKind(served, sub);
}

/** Whether what is sent has the form of the resource itself, so that it is converted between its versions. */
export function isConverted({ definition, subresource }: AdmissionAttributes): boolean {
  const type = definition.subresources.get(subresource)?.type;
  return type === undefined || type === "object";
}

/** By what a webhook converts between the version of the request and another; undefined: no webhook does. */
export function remoteForms(attributes: AdmissionAttributes, version: RequestVersion): VersionForms | undefined {
  const { forms } = attributes.definition;
  return forms?.remote === true && version.served !== attributes.served && isConverted(attributes) ? forms : undefined;
}

/** A copy of an object as a webhook converts it. Errors: StatusError 500. */
export async function convertRemotely(forms: VersionForms, object: KubeObject, { group, version }: ServedVersion): Promise<KubeObject> {
  try {
    const [converted] = await forms.convert([copyJson(object)], groupVersion(group, version));
    return converted as KubeObject;
  } catch (error) {
    throw error instanceof StatusError ? internalError(error.message) : error;
  }
}

/** An object of a request in a version: read-only, unless it was converted. */
export function inVersion(attributes: AdmissionAttributes, object: KubeObject, version: RequestVersion): KubeObject {
  if (!isConverted(attributes) || version.served.fromHub === undefined) return object;
  return version.served.fromHub(copyJson(object));
}
