import { forbiddenField, type FieldError } from "../../object/field-error.ts";
import { equalJson, isObject, structIn, type JsonObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objects } from "../../object/parts.ts";
import { isSet, numberIn, objectIn, objectsIn } from "../../object/read.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { labelNames } from "../name-rules.ts";
import { defaultClaimSpec } from "../pod-spec/defaults.ts";
import { containerCells, defaultTemplateOf, dropDisabledOf } from "../pod-spec/template-owner.ts";
import { warnOfClaimSpec } from "../pod-spec/amount-warnings.ts";
import { readSpec, specAt } from "../spec-and-status.ts";
import { checkCollisionCount, checkCounters, checkReplicaParts } from "./counters.ts";
import { ownTemplateWarnings } from "./replica-warnings.ts";
import { checkStatefulSetSpec } from "./stateful-set-rules.ts";

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  defaultTemplateOf(spec);
  if (!spec["podManagementPolicy"]) spec["podManagementPolicy"] = "OrderedReady";
  const strategy = structIn(spec, "updateStrategy");
  if (!strategy["type"]) {
    strategy["type"] = "RollingUpdate";
    structIn(strategy, "rollingUpdate");
  }
  if (strategy["type"] === "RollingUpdate" && isObject(strategy["rollingUpdate"])) strategy["rollingUpdate"]["partition"] ??= 0;
  const retention = structIn(spec, "persistentVolumeClaimRetentionPolicy");
  for (const when of ["whenDeleted", "whenScaled"]) if (!retention[when]) retention[when] = "Retain";
  spec["replicas"] ??= 1;
  spec["revisionHistoryLimit"] ??= 10;
  for (const claim of objects(spec["volumeClaimTemplates"])) {
    claim["kind"] = "PersistentVolumeClaim";
    claim["apiVersion"] = "v1";
    structIn(claim, "metadata");
    defaultClaimSpec(claim);
    const status = structIn(claim, "status");
    if (!status["phase"]) status["phase"] = "Pending";
  }
}

/** Takes what belongs to features that are off out of a spec, in place (KEP-961: how many pods may be away). */
function dropDisabled(spec: JsonObject, old: ReadonlyJsonObject | undefined): void {
  dropDisabledOf(spec, old);
  const used = old !== undefined && isSet(objectIn(objectIn(old, "updateStrategy"), "rollingUpdate"), "maxUnavailable");
  const rolling = structIn(spec, "updateStrategy")["rollingUpdate"];
  if (!used && isObject(rolling)) delete rolling["maxUnavailable"];
}

const mutable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;

const mutableText =
  "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";

/** The pods' names, claims and service are bound to the rest, which therefore stays. */
function validateUpdate(object: KubeObject, old: KubeObject, context: StrategyContext): FieldError[] {
  const spec = readSpec(object);
  const oldSpec = readSpec(old);
  const faults = checkStatefulSetSpec(spec, oldSpec, context);
  const kept: Record<string, undefined> = Object.fromEntries(mutable.map((name) => [name, undefined]));
  if (!equalJson({ ...spec, ...kept }, { ...oldSpec, ...kept })) {
    faults.push(forbiddenField(specAt, `updates to statefulset spec for fields other than ${mutableText} are forbidden`));
  }
  return faults;
}

function validateStatusUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const status = objectIn(object, "status");
  checkCounters(
    status,
    ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount"],
    faults,
  );
  checkReplicaParts(status, ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], faults, "status.readyReplicas");
  checkCollisionCount(object, old, faults);
  return faults;
}

function warnings(object: KubeObject, old: KubeObject | undefined): string[] {
  const texts = ownTemplateWarnings(object, old);
  const spec = readSpec(object);
  objectsIn(spec, "volumeClaimTemplates").forEach((claim, i) => {
    // The original tells these of the template itself, or of its "Spec" where it is an update.
    const template = specAt.child("volumeClaimTemplates").index(i);
    warnOfClaimSpec(objectIn(claim, "spec"), old === undefined ? template : template.child("Spec"), texts);
  });
  if (numberIn(spec, "revisionHistoryLimit") < 0) {
    texts.push("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended");
  }
  return texts;
}

/** apps/v1 StatefulSet beyond the tables. */
export const statefulSet: KindBehaviour = {
  applyDefaults,
  strategy: {
    nameRule: labelNames,
    prepareForCreate: (object) => dropDisabled(structIn(object, "spec"), undefined),
    prepareForUpdate: (object, old) => dropDisabled(structIn(object, "spec"), readSpec(old)),
    validate: (object, context) => checkStatefulSetSpec(readSpec(object), undefined, context),
    validateUpdate,
    warnings,
  },
  subresources: { status: { validateUpdate: validateStatusUpdate } },
  cells: {
    ...containerCells(readSpec),
    Ready: (object) => `${numberIn(objectIn(object, "status"), "readyReplicas")}/${numberIn(readSpec(object), "replicas")}`,
  },
};
