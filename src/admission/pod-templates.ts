import type { ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { isSet, objectIn } from "../object/read.ts";
import type { ResourceDefinition } from "../resources/definition.ts";

/** A pod or what pods are made from: labels and annotations, and the spec. */
export interface PodLike {
  readonly metadata: ReadonlyJsonObject;
  readonly spec: ReadonlyJsonObject;
}

/** Where the kinds that make pods keep the template, by group/plural. */
const TEMPLATE_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["/podtemplates", ["template"]],
  ["/replicationcontrollers", ["spec", "template"]],
  ["apps/daemonsets", ["spec", "template"]],
  ["apps/deployments", ["spec", "template"]],
  ["apps/replicasets", ["spec", "template"]],
  ["apps/statefulsets", ["spec", "template"]],
  ["batch/jobs", ["spec", "template"]],
  ["batch/cronjobs", ["spec", "jobTemplate", "spec", "template"]],
]);

/** Whether objects of a resource make pods from a template. */
export function hasPodTemplate({ group, plural }: ResourceDefinition): boolean {
  return TEMPLATE_PATHS.has(`${group}/${plural}`);
}

/** The template of an object of such a resource; undefined where it has none. */
export function podTemplateOf({ group, plural }: ResourceDefinition, object: KubeObject): PodLike | undefined {
  const path = TEMPLATE_PATHS.get(`${group}/${plural}`);
  if (path === undefined) return undefined;
  let at: ReadonlyJsonObject = object;
  for (const name of path) {
    if (!isSet(at, name)) return undefined;
    at = objectIn(at, name);
  }
  return podLike(at);
}

/** A pod, or an object of its form. */
export function podLike(pod: ReadonlyJsonObject): PodLike {
  return { metadata: objectIn(pod, "metadata"), spec: objectIn(pod, "spec") };
}
