import { isObject, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { numberIn, stringIn } from "../../object/read.ts";
import { PODS, PRIORITY_CLASSES } from "../../object/resource-ids.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, isOf, refuse } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

const PREEMPTS = "PreemptLowerPriority";

/** Turns a pod's priority class into numbers (concepts/scheduling-eviction/pod-priority-preemption). */
export function priority(view: ClusterView): AdmissionPlugin {
  return {
    name: "Priority",
    handles: (attributes) => concerns(attributes, PODS, "CREATE", "UPDATE") || concerns(attributes, PRIORITY_CLASSES, "CREATE", "UPDATE"),
    async mutate(attributes) {
      if (!isOf(attributes, PODS)) return;
      const spec = attributes.object?.["spec"];
      if (!isObject(spec)) return;
      if (attributes.operation === "CREATE") await fill(view, attributes, spec);
      else keep(spec, attributes.oldObject);
    },
    async validate(attributes) {
      if (!isOf(attributes, PRIORITY_CLASSES) || attributes.object?.["globalDefault"] !== true) return;
      const name = attributes.object.metadata.name;
      const other = (await view.list(PRIORITY_CLASSES)).find((one) => one["globalDefault"] === true && one.metadata.name !== name);
      if (other !== undefined)
        throw refuse(attributes, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`);
    },
  };
}

async function fill(view: ClusterView, attributes: AdmissionAttributes, spec: JsonObject): Promise<void> {
  const named = stringIn(spec, "priorityClassName");
  const found = named === "" ? await defaultClass(view) : await view.get(PRIORITY_CLASSES, "", named);
  if (named !== "" && found === undefined) throw refuse(attributes, `no PriorityClass with name ${named} was found`);
  const value = found === undefined ? 0 : numberIn(found, "value");
  const policy = found === undefined ? PREEMPTS : stringIn(found, "preemptionPolicy") || PREEMPTS;
  const given = spec["priority"];
  if (given !== undefined && given !== value) {
    throw refuse(
      attributes,
      `the integer value of priority (${String(given)}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  const givenPolicy = spec["preemptionPolicy"];
  if (givenPolicy !== undefined && givenPolicy !== policy) {
    throw refuse(
      attributes,
      `the string value of PreemptionPolicy (${String(givenPolicy)}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  if (named === "" && found !== undefined) spec["priorityClassName"] = found.metadata.name as string;
  spec["priority"] = value;
  spec["preemptionPolicy"] = policy;
}

/** An update that leaves them out keeps the numbers. */
function keep(spec: JsonObject, old: KubeObject | undefined): void {
  const before = old?.["spec"];
  if (!isObject(before)) return;
  for (const name of ["priority", "preemptionPolicy"])
    if (spec[name] === undefined && before[name] !== undefined) spec[name] = before[name];
}

/** The class for pods that name none; of several the lowest. */
async function defaultClass(view: ClusterView): Promise<KubeObject | undefined> {
  let lowest: KubeObject | undefined;
  for (const one of await view.list(PRIORITY_CLASSES)) {
    if (one["globalDefault"] === true && (lowest === undefined || numberIn(one, "value") < numberIn(lowest, "value"))) lowest = one;
  }
  return lowest;
}
