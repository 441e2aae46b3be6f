import {
  copyJson,
  equalJson,
  getOwn,
  isObject,
  setOwn,
  type JsonObject,
  type JsonValue,
  type ReadonlyJsonObject,
} from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { compareQuantity } from "../../object/quantity.ts";
import { isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { PODS, RUNTIME_CLASSES } from "../../object/resource-ids.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, refuse, specOf } from "../attributes.ts";
import type { ClusterView } from "../cluster-view.ts";
import { mergeTolerations } from "../tolerations.ts";

/** What a pod's runtime costs, and the nodes that have it (concepts/containers/runtime-class). */
export function runtimeClass(view: ClusterView): AdmissionPlugin {
  return {
    name: "RuntimeClass",
    handles: (attributes) => concerns(attributes, PODS, "CREATE"),
    async mutate(attributes) {
      const found = await classOf(view, attributes);
      if (found === undefined) return;
      const spec = specOf(attributes);
      setOverhead(attributes, spec, found);
      if (isSet(found, "scheduling")) setScheduling(attributes, spec, objectIn(found, "scheduling"));
    },
    async validate(attributes) {
      const found = await classOf(view, attributes);
      const spec = objectIn(attributes.object ?? {}, "spec");
      if (found !== undefined && isSet(found, "overhead")) {
        if (!sameAmounts(objectIn(spec, "overhead"), fixedOf(found))) throw refuse(attributes, DIFFERENT);
      } else if (isSet(spec, "overhead")) {
        throw refuse(attributes, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
      }
    },
  };
}

const DIFFERENT = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

async function classOf(view: ClusterView, attributes: AdmissionAttributes): Promise<KubeObject | undefined> {
  const name = objectIn(attributes.object ?? {}, "spec")["runtimeClassName"];
  if (typeof name !== "string") return undefined;
  const found = await view.get(RUNTIME_CLASSES, "", name);
  if (found === undefined) throw refuse(attributes, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

function fixedOf(found: KubeObject): ReadonlyJsonObject {
  return objectIn(objectIn(found, "overhead"), "podFixed");
}

function setOverhead(attributes: AdmissionAttributes, spec: JsonObject, found: KubeObject): void {
  if (!isSet(found, "overhead")) return;
  const fixed = fixedOf(found);
  if (isSet(spec, "overhead") && !sameAmounts(objectIn(spec, "overhead"), fixed)) throw refuse(attributes, DIFFERENT);
  if (Object.keys(fixed).length > 0) spec["overhead"] = copyJson(fixed) as JsonObject;
}

function sameAmounts(a: ReadonlyJsonObject, b: ReadonlyJsonObject): boolean {
  const names = Object.keys(a);
  return (
    equalJson(names.sort(), Object.keys(b).sort()) &&
    names.every((name) => compareQuantity(asQuantity(getOwn(a, name)), asQuantity(getOwn(b, name))) === 0)
  );
}

function setScheduling(attributes: AdmissionAttributes, spec: JsonObject, scheduling: ReadonlyJsonObject): void {
  const wanted = objectIn(scheduling, "nodeSelector");
  const selector: JsonObject = isObject(spec["nodeSelector"]) ? spec["nodeSelector"] : {};
  for (const key of Object.keys(wanted)) {
    const [value, own] = [stringIn(wanted, key), getOwn(selector, key)];
    if (own !== undefined && own !== value) {
      throw refuse(
        attributes,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${String(own)}`,
      );
    }
    setOwn(selector, key, value);
  }
  if (Object.keys(selector).length > 0) spec["nodeSelector"] = selector;
  const more = listIn(scheduling, "tolerations");
  if (more.length === 0) return;
  const own = Array.isArray(spec["tolerations"]) ? spec["tolerations"] : [];
  spec["tolerations"] = mergeTolerations([...own, ...(copyJson(more) as readonly JsonValue[])]);
}
