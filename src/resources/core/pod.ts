import { isObject, structIn, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel } from "../../object/names.ts";
import { FieldPath } from "../../object/field-path.ts";
import { isSet, listIn, numberIn, objectIn, stringIn } from "../../object/read.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { restore } from "../keep-old.ts";
import { mirrorServiceAccount } from "../pod-spec/defaults.ts";
import { dropDisabledPodFields } from "../pod-spec/disabled-fields.ts";
import { dropInitAnnotations } from "../pod-spec/init-annotations.ts";
import { applyPodLabelKeys } from "../pod-spec/label-keys.ts";
import { defaultPod } from "../pod-spec/pod-defaults.ts";
import { applyAppArmorAnnotations } from "../pod-spec/profile-annotations.ts";
import { qosClass } from "../pod-spec/qos.ts";
import { podSpecWarnings } from "../pod-spec/warnings.ts";
import { podCells, podRowConditions } from "./pod-cells.ts";
import { ephemeralContainersStrategy } from "./pod-doors.ts";
import { resizeStrategy } from "./pod-resize.ts";
import { validatePod } from "./pod-rules.ts";
import { podSelectableFields } from "./pod-selectors.ts";
import { mirrorPodIp, podSpecChanged, podStatusStrategy } from "./pod-status.ts";
import { validatePodUpdate } from "./pod-update.ts";

/** What pods do beyond the tables. */
export const pod: KindBehaviour = {
  applyDefaults(object) {
    defaultPod(structIn(object, "spec"));
    dropInitAnnotations(object.metadata);
    if (isObject(object["status"])) mirrorPodIp(object["status"]);
  },
  strategy: {
    prepareForCreate,
    prepareForUpdate(object, old) {
      restore(object, old, "status");
      dropDisabledPodFields(structIn(object, "spec"), objectIn(old, "spec"));
    },
    validate: validatePod,
    validateUpdate: validatePodUpdate,
    // Pods are mostly updated by machines; nobody would read the warnings.
    warnings: (object, old) => (old === undefined ? podWarnings(object) : []),
    // Admission may have given the pod its account.
    canonicalize: (object) => mirrorServiceAccount(structIn(object, "spec")),
    generationOnCreate: true,
    generationChanged: podSpecChanged,
    gracePeriod: podGracePeriod,
  },
  subresources: {
    status: podStatusStrategy,
    ephemeralcontainers: ephemeralContainersStrategy,
    resize: resizeStrategy,
  },
  cells: podCells,
  rowConditions: podRowConditions,
  selectableFields: podSelectableFields,
};

/** A new pod waits to be scheduled, or first for its gates to be taken away. */
function prepareForCreate(object: KubeObject, context: StrategyContext): void {
  const spec = structIn(object, "spec");
  dropDisabledPodFields(spec, undefined);
  const status: JsonObject = { phase: "Pending", qosClass: qosClass(spec) };
  if (listIn(spec, "schedulingGates").length > 0) {
    status["conditions"] = [
      {
        type: "PodScheduled",
        status: "False",
        lastProbeTime: null,
        lastTransitionTime: context.now,
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
      },
    ];
  }
  object["status"] = status;
  applyPodLabelKeys(spec, objectIn(object.metadata, "labels"));
  applyAppArmorAnnotations(object, (text) => context.warn?.(text));
}

function podWarnings(object: KubeObject): string[] {
  const wrong = dnsLabel(object.metadata.name ?? "");
  const hostname =
    wrong.length === 0
      ? []
      : [
          `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(" ")}]`,
        ];
  return [...hostname, ...podSpecWarnings(objectIn(object, "spec"), object.metadata, FieldPath.root)];
}

/** A running pod gets time to end: what was asked for, or its own. One that no node has or that has ended goes at once. */
function podGracePeriod(object: KubeObject, asked: number | undefined): number {
  const spec = objectIn(object, "spec");
  const phase = stringIn(objectIn(object, "status"), "phase");
  if (stringIn(spec, "nodeName") === "" || phase === "Failed" || phase === "Succeeded") return 0;
  const own = isSet(spec, "terminationGracePeriodSeconds") ? numberIn(spec, "terminationGracePeriodSeconds") : 0;
  const seconds = asked ?? own;
  return seconds < 0 ? 1 : seconds;
}
