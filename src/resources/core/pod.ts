import { FieldPath } from "../../object/field-path.ts";
import type { FieldError } from "../../object/field-error.ts";
import { isObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn } from "../../object/read.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { checkPodAnnotations } from "../pod-spec/pod-annotations.ts";
import { defaultPod } from "../pod-spec/pod-defaults.ts";
import { checkPodSpec } from "../pod-spec/pod-spec.ts";
import { checkTokensNeedAccount } from "../pod-spec/volume-files.ts";

const metadata = FieldPath.root.child("metadata");
const specAt = FieldPath.root.child("spec");

function validateSpec(object: KubeObject, context: StrategyContext): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  checkPodAnnotations(object.metadata, spec, metadata.child("annotations"), faults);
  checkPodSpec(spec, object.metadata, specAt, faults, { allowPrivileged: context.settings.allowPrivileged });
  checkTokensNeedAccount(spec, specAt, faults);
  return faults;
}

/** What pods do beyond the tables. */
export const pod: KindBehaviour = {
  applyDefaults(object) {
    if (!isObject(object["spec"])) object["spec"] = {};
    defaultPod(object["spec"]);
  },
  strategy: { validate: validateSpec, validateUpdate: (object, _old, context) => validateSpec(object, context) },
};
