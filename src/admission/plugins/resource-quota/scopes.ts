import type { ReadonlyJsonObject } from "../../../object/json.ts";
import type { KubeObject } from "../../../object/kube-object.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn, stringsIn } from "../../../object/read.ts";
import { qosClass } from "../../../resources/pod-spec/qos.ts";
import type { ScopeSelector } from "./usage-rule.ts";

/** The scopes of a quota, from both of its fields. */
export function scopesOf(quota: KubeObject): ScopeSelector[] {
  const spec = objectIn(quota, "spec");
  return [
    ...stringsIn(spec, "scopes").map((scope) => ({ scope, operator: "Exists", values: [] })),
    ...scopeSelectors(objectsIn(objectIn(spec, "scopeSelector"), "matchExpressions")),
  ];
}

/** Selectors as the API writes them. */
export function scopeSelectors(expressions: readonly ReadonlyJsonObject[]): ScopeSelector[] {
  return expressions.map((one) => ({
    scope: stringIn(one, "scopeName"),
    operator: stringIn(one, "operator"),
    values: stringsIn(one, "values"),
  }));
}

/** Whether a value is one that the selector means; "" is no value. */
export function selectsValue({ operator, values }: ScopeSelector, value: string): boolean {
  switch (operator) {
    case "In":
      return value !== "" && values.includes(value);
    case "NotIn":
      return !values.includes(value);
    case "DoesNotExist":
      return value === "";
    default:
      return value !== "";
  }
}

type PodScope = (spec: ReadonlyJsonObject, selector: ScopeSelector) => boolean;

const POD_SCOPES: ReadonlyMap<string, PodScope> = new Map<string, PodScope>([
  ["Terminating", ends],
  ["NotTerminating", (spec) => !ends(spec)],
  ["BestEffort", (spec) => qosClass(spec) === "BestEffort"],
  ["NotBestEffort", (spec) => qosClass(spec) !== "BestEffort"],
  ["PriorityClass", (spec, selector) => selectsValue(selector, stringIn(spec, "priorityClassName"))],
  ["CrossNamespacePodAffinity", looksElsewhere],
]);

/** Whether a pod is in a scope. */
export function podInScope(selector: ScopeSelector, pod: KubeObject): boolean {
  return POD_SCOPES.get(selector.scope)?.(objectIn(pod, "spec"), selector) ?? false;
}

/** A pod with a deadline ends by itself. */
function ends(spec: ReadonlyJsonObject): boolean {
  const deadline = spec["activeDeadlineSeconds"];
  return typeof deadline === "number" && deadline >= 0;
}

/** Whether a pod's affinity looks at pods of other namespaces. */
function looksElsewhere(spec: ReadonlyJsonObject): boolean {
  const affinity = objectIn(spec, "affinity");
  return ["podAffinity", "podAntiAffinity"].some((kind) => {
    const terms = objectIn(affinity, kind);
    return [
      ...objectsIn(terms, "requiredDuringSchedulingIgnoredDuringExecution"),
      ...objectsIn(terms, "preferredDuringSchedulingIgnoredDuringExecution").map((one) => objectIn(one, "podAffinityTerm")),
    ].some((term) => listIn(term, "namespaces").length > 0 || isSet(term, "namespaceSelector"));
  });
}
