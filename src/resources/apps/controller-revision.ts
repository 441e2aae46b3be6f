import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { membersByName } from "../../object/go-json.ts";
import { equalJson, getOwn, isObject } from "../../object/json.ts";
import { parseGroupVersion, type KubeObject } from "../../object/kube-object.ts";
import { asNumber } from "../../object/read.ts";
import { atLeast } from "../../validation/scalars.ts";
import type { KindBehaviour } from "../definition.ts";

const dataAt = FieldPath.root.child("data");
const revisionAt = FieldPath.root.child("revision");
const revision = atLeast(0);

function validate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const data = getOwn(object, "data");
  if (data === undefined || data === null) faults.push(requiredField(dataAt, "data is mandatory"));
  else if (!isObject(data)) faults.push(requiredField(dataAt, "data must be a valid JSON object"));
  revision(object["revision"], revisionAt, faults, undefined);
  return faults;
}

/** History is not rewritten: only its number may change. */
function validateUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  revision(object["revision"], revisionAt, faults, undefined);
  if (!equalJson(object["data"], old["data"])) {
    faults.push(invalidField(dataAt, membersByName(object["data"] ?? null), "field is immutable"));
  }
  return faults;
}

/** Which object the revision is of: kind.group/name. */
function controllerCell(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return "<none>";
  const group = parseGroupVersion(owner.apiVersion)?.group ?? "";
  return `${(group === "" ? owner.kind : `${owner.kind}.${group}`).toLowerCase()}/${owner.name}`;
}

/** apps/v1 ControllerRevision beyond the tables. */
export const controllerRevision: KindBehaviour = {
  strategy: { validate, validateUpdate },
  cells: { Controller: controllerCell, Revision: (object) => asNumber(object["revision"]) },
};
