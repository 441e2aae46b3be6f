import { invalidField, type FieldError } from "../../object/field-error.ts";
import { equalJson } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects, structAt } from "../../object/parts.ts";
import { isSet, listIn, objectIn } from "../../object/read.ts";
import type { KindBehaviour } from "../definition.ts";
import { keepOld, specAndMetadata } from "../keep-old.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { specAt } from "../spec-and-status.ts";
import { checkClaimSpec, claimSpecShown, defaultClaimSpec, defaultTolerations } from "./claim-spec.ts";
import { claimStatusFaults, forgetLostDevices } from "./claim-status.ts";

function claimFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  checkClaimSpec(objectIn(object, "spec"), specAt, faults);
  return faults;
}

/** What is asked for never changes; a claim that asks for something else is another claim. */
function changeFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const own = objectIn(object, "spec");
  if (equalJson(own, objectIn(old, "spec"))) return [];
  return [invalidField(specAt, shownAs(own, claimSpecShown), "field is immutable")];
}

function applyDefaults(object: KubeObject): void {
  defaultClaimSpec(object["spec"]);
  objects(structAt(object, "status", "allocation", "devices")?.["results"]).forEach(defaultTolerations);
}

const keepRest = keepOld(specAndMetadata);

function prepareStatus(object: KubeObject, old: KubeObject): void {
  keepRest(object, old);
  forgetLostDevices(object, old);
}

function state(object: KubeObject): string {
  const status = objectIn(object, "status");
  const deleted = object.metadata.deletionTimestamp !== undefined;
  const states = deleted ? ["deleted"] : [];
  if (!isSet(status, "allocation")) {
    if (!deleted) states.push("pending");
  } else {
    states.push("allocated");
    if (listIn(status, "reservedFor").length > 0) states.push("reserved");
  }
  return states.join(",");
}

/** What ResourceClaims do beyond the tables. */
export const resourceClaim: KindBehaviour = {
  applyDefaults,
  strategy: { validate: claimFaults, validateUpdate: changeFaults },
  subresources: { status: { prepareForUpdate: prepareStatus, validateUpdate: claimStatusFaults } },
  cells: { State: state },
};
