import { decodeJson } from "../../codec/decode-text.ts";
import { copyJson, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { listIn, objectIn } from "../../object/read.ts";
import { plainError } from "../../object/status.ts";
import { PODS } from "../../object/resource-ids.ts";
import { qosClass } from "../../resources/pod-spec/qos.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, specOf } from "../attributes.ts";
import { existingNamespace, type ClusterView } from "../cluster-view.ts";
import { areAllowed, mergeTolerations } from "../tolerations.ts";

const DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations";
const ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";

/** What namespaces without annotations have. */
interface TolerationDefaults {
  readonly defaults: readonly ReadonlyJson[];
  readonly allowed: readonly ReadonlyJson[];
}

/** Reads a Configuration (podtolerationrestriction.admission.k8s.io/v1alpha1). */
export function readTolerationDefaults(document: ReadonlyJsonObject): TolerationDefaults {
  return { defaults: listIn(document, "default"), allowed: listIn(document, "whitelist") };
}

/** Gives pods the tolerations of their namespace, and lets them have no others than it allows, by annotations of it. */
export function podTolerationRestriction(view: ClusterView, configured: TolerationDefaults): AdmissionPlugin {
  return {
    name: "PodTolerationRestriction",
    handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE"),
    async mutate(attributes) {
      const spec = specOf(attributes);
      const all: JsonValue[] = [];
      if (attributes.operation === "CREATE") {
        const defaults = annotated(await existingNamespace(view, attributes.namespace), DEFAULTS) ?? configured.defaults;
        all.push(...(copyJson(defaults) as readonly JsonValue[]));
      }
      if (Array.isArray(spec["tolerations"])) all.push(...spec["tolerations"]);
      // Pods that ask for something are not the first to go when memory is short.
      if (qosClass(spec) !== "BestEffort")
        all.push({ key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" });
      const merged = mergeTolerations(all);
      if (merged.length > 0) spec["tolerations"] = merged;
    },
    async validate(attributes) {
      const tolerations = listIn(objectIn(attributes.object ?? {}, "spec"), "tolerations");
      if (tolerations.length === 0) return;
      const allowed = annotated(await existingNamespace(view, attributes.namespace), ALLOWED) ?? configured.allowed;
      if (allowed.length > 0 && !areAllowed(tolerations, allowed))
        throw plainError("pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist");
    },
  };
}

/** The tolerations in an annotation of a namespace; undefined where it has none. Errors: StatusError for what is no list. */
function annotated(namespace: KubeObject, annotation: string): readonly ReadonlyJson[] | undefined {
  const text = namespace.metadata.annotations?.[annotation];
  if (text === undefined) return undefined;
  if (text === "") return [];
  const value = decodeJson(text, plainError);
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw plainError("json: cannot unmarshal object into Go value of type []v1.Toleration");
}
