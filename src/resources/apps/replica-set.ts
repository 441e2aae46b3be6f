import type { FieldError } from "../../object/field-error.ts";
import { structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { numberIn, objectIn } from "../../object/read.ts";
import { nonNegative } from "../../validation/scalars.ts";
import { fields } from "../../validation/structure.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf, templateOptions } from "../pod-spec/template-owner.ts";
import { readSpec, readStatus, specAt } from "../spec-and-status.ts";
import { checkCounters, checkReplicaParts } from "./counters.ts";
import { replicaNameWarnings } from "./replica-warnings.ts";
import { checkReplicaTemplate, checkSelector, immutableSelector, selectorCell } from "./selector-rules.ts";

const counters = fields({ replicas: nonNegative, minReadySeconds: nonNegative });

function checkSpec(spec: ReadonlyJsonObject, old: ReadonlyJsonObject | undefined, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  counters(spec, specAt, faults, undefined);
  checkSelector(spec, old, specAt, faults, "deployment");
  checkReplicaTemplate(spec, specAt, faults, templateOptions(context, old));
  return faults;
}

function validateStatusUpdate(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const status = objectIn(object, "status");
  checkCounters(
    status,
    ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas", "observedGeneration"],
    faults,
  );
  checkReplicaParts(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"], faults);
  return faults;
}

/** apps/v1 ReplicaSet beyond the tables. */
export const replicaSet: KindBehaviour = {
  applyDefaults(object) {
    const spec = structIn(object, "spec");
    defaultTemplateOf(spec);
    spec["replicas"] ??= 1;
  },
  strategy: {
    prepareForCreate: (object) => dropDisabledOf(structIn(object, "spec"), undefined),
    prepareForUpdate: (object, old) => dropDisabledOf(structIn(object, "spec"), readSpec(old)),
    validate: (object, context) => checkSpec(readSpec(object), undefined, context),
    validateUpdate(object, old, context) {
      const faults = checkSpec(readSpec(object), readSpec(old), context);
      immutableSelector(readSpec(object)["selector"], readSpec(old)["selector"], specAt.child("selector"), faults, undefined);
      return faults;
    },
    warnings: replicaNameWarnings,
  },
  subresources: { status: { validateUpdate: validateStatusUpdate } },
  cells: {
    ...containerCells(readSpec),
    Desired: (object) => numberIn(readSpec(object), "replicas"),
    Current: (object) => numberIn(readStatus(object), "replicas"),
    Ready: (object) => numberIn(readStatus(object), "readyReplicas"),
    Selector: (object) => selectorCell(readSpec(object), "<error>", "<none>"),
  },
};
