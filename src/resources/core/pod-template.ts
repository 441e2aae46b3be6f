import { FieldPath } from "../../object/field-path.ts";
import { structIn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { structAt } from "../../object/parts.ts";
import { objectIn } from "../../object/read.ts";
import type { FieldError } from "../../object/field-error.ts";
import type { KindBehaviour } from "../definition.ts";
import { defaultPodSpec } from "../pod-spec/defaults.ts";
import { dropDisabledPodFields } from "../pod-spec/disabled-fields.ts";
import { dropInitAnnotations } from "../pod-spec/init-annotations.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import type { PodRuleOptions } from "../pod-spec/scope.ts";
import { templateOptions } from "../pod-spec/template-owner.ts";
import { containerImages, containerNames, labelsText, templateOf } from "../pod-spec/template-cells.ts";
import { podSpecWarnings } from "../pod-spec/warnings.ts";

const template = FieldPath.root.child("template");

/** What pod templates that stand alone do beyond the tables. */
export const podTemplate: KindBehaviour = {
  applyDefaults(object) {
    defaultPodSpec(structIn(structIn(object, "template"), "spec"));
    dropInitAnnotations(structAt(object, "template", "metadata") ?? {});
  },
  strategy: {
    prepareForCreate: (object) => dropDisabled(object, undefined),
    prepareForUpdate: (object, old) => dropDisabled(object, old),
    validate: (object, context) => validateTemplate(object, templateOptions(context)),
    validateUpdate: (object, old, context) => validateTemplate(object, templateOptions(context, old)),
    warnings: (object) => {
      const { meta, spec } = templateOf(object);
      return podSpecWarnings(spec, meta, template);
    },
  },
  cells: {
    "Containers": (object) => containerNames(templateOf(object).spec),
    "Images": (object) => containerImages(templateOf(object).spec),
    "Pod Labels": (object) => labelsText(objectIn(templateOf(object).meta, "labels")),
  },
};

function validateTemplate(object: KubeObject, options: PodRuleOptions): FieldError[] {
  return validatePodTemplateSpec(object["template"], template, options);
}

function dropDisabled(object: KubeObject, old: KubeObject | undefined): void {
  const spec = structAt(object, "template", "spec");
  if (spec === undefined) return;
  dropDisabledPodFields(spec, old === undefined ? undefined : objectIn(objectIn(old, "template"), "spec"));
}
