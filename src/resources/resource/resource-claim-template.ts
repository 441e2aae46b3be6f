import { invalidField, type FieldError } from "../../object/field-error.ts";
import { equalJson } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { structAt } from "../../object/parts.ts";
import { objectIn } from "../../object/read.ts";
import { annotations, labels } from "../../validation/labels.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour } from "../definition.ts";
import { shownAs } from "../pod-spec/shown.ts";
import { specAt } from "../spec-and-status.ts";
import { checkClaimSpec, claimSpecShown, defaultClaimSpec } from "./claim-spec.ts";

const templateMeta = fields({ metadata: fields({ labels, annotations }) });

function templateFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const own = objectIn(object, "spec");
  templateMeta(own, specAt, faults, undefined);
  checkClaimSpec(objectIn(own, "spec"), specAt.child("spec"), faults);
  return faults;
}

function changeFaults(object: KubeObject, old: KubeObject): FieldError[] {
  const own = objectIn(object, "spec");
  if (equalJson(own, objectIn(old, "spec"))) return [];
  const shown = { ...objectIn(own, "metadata"), Spec: shownAs(objectIn(own, "spec"), claimSpecShown) };
  return [invalidField(specAt, shown, "field is immutable")];
}

/** What ResourceClaimTemplates do beyond the tables. */
export const resourceClaimTemplate: KindBehaviour = {
  applyDefaults: (object) => defaultClaimSpec(structAt(object, "spec", "spec")),
  strategy: { validate: templateFaults, validateUpdate: (object, old) => [...changeFaults(object, old), ...templateFaults(object)] },
};
