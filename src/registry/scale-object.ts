import { isObject, setOwn, type JsonObject, type ReadonlyJson } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { formatLabelSelector, labelSelectorFromLabels, labelSelectorFromObject } from "../object/label-selector.ts";
import type { Subresource } from "../resources/definition.ts";
import { SCALE } from "../resources/subresource-kind.ts";
import { valueAt } from "../schema/access.ts";

export type ScaleDefinition = Extract<Subresource, { type: "scale" }>;

/** The Scale of an object, which stands in the version that the definition's paths speak of. */
export function scaleOfParent(parent: KubeObject, definition: ScaleDefinition): KubeObject {
  const { name = "", namespace, uid, resourceVersion, creationTimestamp } = parent.metadata;
  const selector = definition.selector === undefined ? "" : selectorText(at(parent, definition.selector));
  return {
    kind: SCALE.kind,
    apiVersion: groupVersion(SCALE.group, SCALE.version),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicasOrNothing(numberAt(parent, definition.specReplicas)),
    status: { replicas: numberAt(parent, definition.statusReplicas), ...(selector === "" ? {} : { selector }) },
  };
}

function replicasOrNothing(replicas: number): JsonObject {
  return replicas === 0 ? {} : { replicas };
}

/** A selector as text: custom resources keep text, workloads a LabelSelector, replication controllers a map of labels. */
function selectorText(value: ReadonlyJson | undefined): string {
  if (typeof value === "string") return value;
  if (!isObject(value)) return "";
  const isSelector = isObject(value["matchLabels"]) || Array.isArray(value["matchExpressions"]);
  return formatLabelSelector(
    isSelector ? labelSelectorFromObject(value) : labelSelectorFromLabels(value as Readonly<Record<string, string>>),
  );
}

/** The names of a dotted path; each is a member's, whatever is in it. */
export function stepsOf(path: string): string[] {
  return path.replace(/^\./, "").split(".");
}

/** Whether an object says how many replicas it wants, which custom resources need not. */
export function wantsReplicas(parent: KubeObject, { specReplicas }: ScaleDefinition): boolean {
  return at(parent, specReplicas) !== undefined;
}

/** A number by its dotted path; 0 where there is none. */
export function numberAt(object: KubeObject, path: string): number {
  const value = at(object, path);
  return typeof value === "number" ? value : 0;
}

function at(object: KubeObject, path: string): ReadonlyJson | undefined {
  return valueAt(object, stepsOf(path));
}

/** Sets a member by its dotted path, making the objects on the way. */
export function setAt(object: KubeObject, path: string, value: number): void {
  const names = stepsOf(path);
  const last = names.pop() ?? "";
  let target: JsonObject = object;
  for (const name of names) target = ownStruct(target, name);
  setOwn(target, last, value);
}

/** A member that is an object, made where there is none; the name is a client's and may be that of the prototype. */
function ownStruct(parent: JsonObject, name: string): JsonObject {
  const member = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (isObject(member)) return member;
  const empty: JsonObject = {};
  setOwn(parent, name, empty);
  return empty;
}
