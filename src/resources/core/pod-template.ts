import type { FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn } from "../../object/read.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import { labelsText, templateOf } from "../pod-spec/template-cells.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf, templateOptions, templateWarnings } from "../pod-spec/template-owner.ts";

const template = FieldPath.root.child("template");

/** What pod templates that stand alone do beyond the tables. */
export const podTemplate: KindBehaviour = {
  applyDefaults: defaultTemplateOf,
  strategy: {
    prepareForCreate: (object) => dropDisabledOf(object, undefined),
    prepareForUpdate: (object, old) => dropDisabledOf(object, old),
    validate: (object, context) => validateTemplate(object, undefined, context),
    validateUpdate: validateTemplate,
    warnings: (object) => templateWarnings(object, template),
  },
  cells: {
    ...containerCells((object: KubeObject) => object),
    "Pod Labels": (object) => labelsText(objectIn(templateOf(object).meta, "labels")),
  },
};

function validateTemplate(object: KubeObject, old: KubeObject | undefined, context: StrategyContext): FieldError[] {
  return validatePodTemplateSpec(object["template"], template, templateOptions(context, old));
}
