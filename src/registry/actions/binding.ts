import { fieldErrorsText } from "../../object/field-error-message.ts";
import { notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { setOwn, structIn } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { listIn, objectIn, stringIn } from "../../object/read.ts";
import { conflict, plainError } from "../../object/status.ts";
import { PODS } from "../../object/resource-ids.ts";
import type { Action } from "../actions.ts";
import { rewrite } from "../rewrite.ts";
import { actionType, admitAction, DONE, readAction, writeAt } from "./action-body.ts";
import { owned } from "./owned-body.ts";
import { setPodCondition } from "./pod-condition.ts";

/**
 * Puts a pod on a node: pods/binding, and the older bindings. What the binding bears of labels and annotations goes over
 * the pod's own. Errors: StatusError 400, 404, 409 where the pod is on a node, leaves, or waits at a gate, 500 for a bad
 * target.
 */
export const bind: Action = async (write, body, format) => {
  const type = actionType(write);
  const binding = readAction(write, body, format, type);
  const target = objectIn(binding, "target");
  const faults = checkTarget(target);
  // Bindings have no strategy: the original answers their faults as an error without a form.
  if (faults.length > 0) throw plainError(fieldErrorsText(faults));
  await admitAction(write, owned(write, binding, type));
  const { name = "", uid, resourceVersion, labels, annotations } = binding.metadata;
  await rewrite(writeAt(write, PODS, name), {
    name,
    uid,
    resourceVersion,
    change: (pod) => {
      const refusal = whyNot(pod, name);
      if (refusal !== undefined) throw conflict({ group: "", plural: "pods/binding" }, name, refusal);
      structIn(pod, "spec")["nodeName"] = stringIn(target, "name");
      merge(pod, "labels", labels);
      merge(pod, "annotations", annotations);
      // The pod waits for no room any more (KEP-5278).
      delete structIn(pod, "status")["nominatedNodeName"];
      setPodCondition(pod, { type: "PodScheduled", status: "True" }, write.strategyContext.now);
    },
  });
  return DONE;
};

function checkTarget(target: ReturnType<typeof objectIn>): FieldError[] {
  const faults: FieldError[] = [];
  const kind = stringIn(target, "kind");
  if (kind !== "" && kind !== "Node") faults.push(notSupportedField("target.kind", kind, ["Node", "<empty>"]));
  if (stringIn(target, "name") === "") faults.push(requiredField("target.name"));
  return faults;
}

/** Why a pod cannot be bound; undefined where it can. */
function whyNot(pod: KubeObject, name: string): string | undefined {
  const spec = objectIn(pod, "spec");
  const node = stringIn(spec, "nodeName");
  if (pod.metadata.deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (node !== "") return `pod ${name} is already assigned to node ${JSON.stringify(node)}`;
  if (listIn(spec, "schedulingGates").length > 0) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

function merge({ metadata }: KubeObject, map: "labels" | "annotations", more: Readonly<Record<string, string>> | undefined): void {
  for (const [key, value] of Object.entries(more ?? {})) setOwn((metadata[map] ??= {}), key, value);
}
