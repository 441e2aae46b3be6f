import { equalJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { compareQuantity } from "../../object/quantity.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { NODES, PODS } from "../../object/resource-ids.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse, resizes } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";

type Pod = ReadonlyJsonObject;

const resourcesOf = (owner: ReadonlyJsonObject): ReadonlyJsonObject => objectIn(owner, "resources");
const containersOf = (pod: Pod, list: string): readonly ReadonlyJsonObject[] => objectsIn(objectIn(pod, "spec"), list);

/** What a node must have declared for a change of a pod on it, by the feature's name; in the order of their names. */
const FEATURES: ReadonlyMap<string, (now: Pod, before: Pod) => boolean> = new Map<string, (now: Pod, before: Pod) => boolean>([
  // CPUs that a pod has to itself are not every node's to exchange.
  [
    "GuaranteedQoSPodCPUResize",
    (now, before) => stringIn(objectIn(before, "status"), "qosClass") === "Guaranteed" && changesCpu(now, before),
  ],
  [
    "InPlacePodLevelResourcesVerticalScaling",
    (now, before) => !equalJson(resourcesOf(objectIn(now, "spec")), resourcesOf(objectIn(before, "spec"))),
  ],
  ["InPlacePodVerticalScalingInitContainers", changesInitContainers],
]);

/** A pod that runs is changed only as its node can follow (KEP-5328). */
export function nodeDeclaredFeatureValidator(view: ClusterView): AdmissionPlugin {
  return {
    name: "NodeDeclaredFeatureValidator",
    handles: (attributes) => concerns(attributes, PODS, "UPDATE") || resizes(attributes),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      const name = stringIn(objectIn(object ?? {}, "spec"), "nodeName");
      if (object === undefined || oldObject === undefined || name === "") return;
      if (object.metadata.generation === oldObject.metadata.generation) return;
      const needed = [...FEATURES].filter(([, needs]) => needs(object, oldObject)).map(([feature]) => feature);
      if (needed.length === 0) return;
      const node = await view.get(NODES, "", name);
      if (node === undefined) throw refuse(attributes, `node ${JSON.stringify(name)} not found`);
      const declared = stringsIn(objectIn(node, "status"), "declaredFeatures");
      const lacking = needed.filter((feature) => !declared.includes(feature));
      if (lacking.length === 0) return;
      throw refuse(
        attributes,
        `pod update requires features ${lacking.join(", ")} which are not available on node ${JSON.stringify(name)}`,
      );
    },
  };
}

function changesCpu(now: Pod, before: Pod): boolean {
  const after = containersOf(now, "containers");
  const cpu = (container: ReadonlyJsonObject) => asQuantity(objectIn(resourcesOf(container), "requests")["cpu"]);
  return containersOf(before, "containers").some((container, i) => compareQuantity(cpu(container), cpu(after[i] ?? {})) !== 0);
}

function changesInitContainers(now: Pod, before: Pod): boolean {
  const after = containersOf(now, "initContainers");
  return containersOf(before, "initContainers").some(
    (container, i) => stringIn(container, "restartPolicy") !== "Always" && !equalJson(resourcesOf(container), resourcesOf(after[i] ?? {})),
  );
}
