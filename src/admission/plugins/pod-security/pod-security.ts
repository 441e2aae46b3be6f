import { fieldErrorsText } from "../../../object/field-error-message.ts";
import type { FieldError } from "../../../object/field-error.ts";
import type { ReadonlyJson } from "../../../object/json.ts";
import type { KubeObject } from "../../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn } from "../../../object/read.ts";
import { forbidden, internalError, invalid } from "../../../object/status.ts";
import { NAMESPACES, PODS } from "../../../object/resource-ids.ts";
import { appArmorOfContainer, seccompOfContainer, seccompOfPod } from "../../../resources/pod-spec/profile-annotations.ts";
import { containerLists } from "../../../resources/pod-spec/scope.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../../admission.ts";
import { isOf } from "../../attributes.ts";
import type { ClusterView } from "../../cluster-view.ts";
import { hasPodTemplate, podLike, podTemplateOf, type PodLike } from "../../pod-templates.ts";
import type { PodSecurityConfiguration } from "./configuration.ts";
import { detailsText, reasonsText, violations } from "./evaluate.ts";
import {
  compareLevels,
  isPermissive,
  labelledPolicyText,
  LABEL_PREFIX,
  levelVersionText,
  policyOf,
  sameLevelVersion,
  samePolicy,
  type LevelVersion,
  type Policy,
} from "./policy.ts";

/** Ways to a pod that leave its spec as it is. */
const OTHER_DOORS: ReadonlySet<string> = new Set(["exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status"]);
/** Of a namespace's pods so many are looked at when its level changes, for so long in milliseconds. */
const MAX_PODS = 3000;
const MAX_TIME_MS = 1000;
/** Pods that are looked at before others have their turn. */
const PODS_A_TURN = 200;

/**
 * Holds pods to the level that their namespace asks for, and tells makers of pod templates what will be refused
 * (concepts/security/pod-security-admission).
 */
export function podSecurity(view: ClusterView, configuration: PodSecurityConfiguration, clock: () => number): AdmissionPlugin {
  return {
    name: "PodSecurity",
    handles: (attributes) => {
      const { definition, operation, subresource } = attributes;
      if (operation !== "CREATE" && operation !== "UPDATE") return false;
      if (isOf(attributes, PODS)) return !OTHER_DOORS.has(subresource);
      return subresource === "" && (hasPodTemplate(definition) || isOf(attributes, NAMESPACES));
    },
    async validate(attributes) {
      const { definition, object } = attributes;
      if (object === undefined) return;
      if (isOf(attributes, NAMESPACES)) return judgeNamespace(view, configuration, clock, attributes, object);
      if (exempt(configuration, attributes)) return;
      const namespace = await view.get(NAMESPACES, "", attributes.namespace);
      if (namespace === undefined) throw internalError(`failed to lookup namespace ${JSON.stringify(attributes.namespace)}`);
      const { policy, faults } = policyOf(namespace.metadata.labels, configuration.defaults);
      if (isOf(attributes, PODS)) {
        if (faults.length === 0 && isPermissive(policy)) {
          attributes.annotate(`${LABEL_PREFIX}enforce-policy`, levelVersionText(policy.enforce));
          return;
        }
        if (attributes.oldObject !== undefined && !changesMatter(object, attributes.oldObject)) return;
        judge(configuration, attributes, policy, faults, podLike(object), true);
        return;
      }
      if (faults.length === 0 && isPermissive(policy, ["audit", "warn"])) return;
      const template = podTemplateOf(definition, object);
      if (template !== undefined) judge(configuration, attributes, policy, faults, template, false);
    },
  };
}

/** Whether nobody looks at what this user does, or at this namespace. */
function exempt({ namespaces, usernames }: PodSecurityConfiguration, attributes: AdmissionAttributes): boolean {
  const why = namespaces.has(attributes.namespace) ? "namespace" : usernames.has(attributes.user.name) ? "user" : undefined;
  if (why !== undefined) attributes.annotate(`${LABEL_PREFIX}exempt`, why);
  return why !== undefined;
}

function judge(
  configuration: PodSecurityConfiguration,
  attributes: AdmissionAttributes,
  policy: Policy,
  faults: readonly FieldError[],
  pod: PodLike,
  enforced: boolean,
): void {
  if (configuration.runtimeClasses.has(stringIn(pod.spec, "runtimeClassName"))) {
    attributes.annotate(`${LABEL_PREFIX}exempt`, "runtimeClass");
    return;
  }
  if (faults.length > 0) attributes.annotate(`${LABEL_PREFIX}error`, `Failed to parse policy: ${fieldErrorsText(faults)}`);
  const known = new Map<string, string>();
  const told = (asked: LevelVersion): string => {
    const text = levelVersionText(asked);
    let details = known.get(text);
    if (details === undefined) known.set(text, (details = detailsText(violations(pod, asked))));
    return details;
  };
  const violated = (asked: LevelVersion): string => `PodSecurity ${JSON.stringify(levelVersionText(asked))}: ${told(asked)}`;
  if (enforced) attributes.annotate(`${LABEL_PREFIX}enforce-policy`, levelVersionText(policy.enforce));
  if (told(policy.audit) !== "") attributes.annotate(`${LABEL_PREFIX}audit-violations`, `would violate ${violated(policy.audit)}`);
  if (enforced && told(policy.enforce) !== "") throw forbidden(attributes.ref, attributes.name, `violates ${violated(policy.enforce)}`);
  if (told(policy.warn) !== "") attributes.warn(`would violate ${violated(policy.warn)}`);
}

/** A pod that runs is judged again only where its containers or their images change, or old annotations about them. */
function changesMatter(pod: KubeObject, old: KubeObject): boolean {
  const [spec, oldSpec] = [objectIn(pod, "spec"), objectIn(old, "spec")];
  const annotation = (of: KubeObject, key: string): ReadonlyJson | undefined => objectIn(of.metadata, "annotations")[key];
  if (annotation(pod, seccompOfPod) !== annotation(old, seccompOfPod)) return true;
  return containerLists.some((list) => {
    const [now, before] = [objectsIn(spec, list), objectsIn(oldSpec, list)];
    if (now.length !== before.length) return true;
    return now.some((container, i) => {
      const name = stringIn(container, "name");
      return (
        container["image"] !== before[i]?.["image"] ||
        [seccompOfContainer, appArmorOfContainer].some((prefix) => annotation(pod, prefix + name) !== annotation(old, prefix + name))
      );
    });
  });
}

async function judgeNamespace(
  view: ClusterView,
  configuration: PodSecurityConfiguration,
  clock: () => number,
  attributes: AdmissionAttributes,
  namespace: KubeObject,
): Promise<void> {
  const { defaults } = configuration;
  const name = namespace.metadata.name ?? "";
  const { labels } = namespace.metadata;
  const { policy, faults } = policyOf(labels, defaults);
  const old = attributes.oldObject === undefined ? undefined : policyOf(attributes.oldObject.metadata.labels, defaults);
  if (faults.length > 0 && (old === undefined || fieldErrorsText(faults) !== fieldErrorsText(old.faults)))
    throw invalid({ group: "", kind: "Namespace" }, attributes.name || name, faults);
  const isExempt = configuration.namespaces.has(name);
  if (isExempt && (old === undefined || !samePolicy(policy, old.policy)) && !isPermissive(policy) && !samePolicy(policy, defaults)) {
    const text = labelledPolicyText(policy, labels);
    if (text !== "")
      attributes.warn(`namespace ${JSON.stringify(name)} is exempt from Pod Security, and the policy (${text}) will be ignored`);
  }
  if (old === undefined || isExempt || !isStricter(policy.enforce, old.policy.enforce)) return;
  for (const text of await podWarnings(view, configuration, clock, name, policy.enforce)) attributes.warn(text);
}

/** Whether pods that were let in might not be now. */
function isStricter(now: LevelVersion, before: LevelVersion): boolean {
  if (sameLevelVersion(now, before) || now.level === "privileged") return false;
  return now.minor !== before.minor || compareLevels(now.level, before.level) > 0;
}

/** What the pods that are already there would be refused for. */
async function podWarnings(
  view: ClusterView,
  { runtimeClasses }: PodSecurityConfiguration,
  clock: () => number,
  namespace: string,
  asked: LevelVersion,
): Promise<string[]> {
  const pods = await view.list(PODS, namespace);
  const found = new Map<string, { first: string; count: number }>();
  const deadline = clock() + MAX_TIME_MS;
  let looked = 0;
  for (const pod of oneOfEachOwnerFirst(pods).slice(0, MAX_PODS)) {
    looked++;
    if (looked % PODS_A_TURN === 0) {
      await new Promise((resume) => setImmediate(resume));
      if (clock() > deadline) break;
    }
    const like = podLike(pod);
    if (runtimeClasses.has(stringIn(like.spec, "runtimeClassName"))) continue;
    const reasons = reasonsText(violations(like, asked));
    if (reasons === "") continue;
    const name = pod.metadata.name ?? "";
    const seen = found.get(reasons);
    if (seen === undefined) found.set(reasons, { first: name, count: 1 });
    else {
      seen.count++;
      if (name < seen.first) seen.first = name;
    }
  }
  const texts: string[] = [];
  if (looked < pods.length)
    texts.push(`new PodSecurity enforce level only checked against the first ${looked} of ${pods.length} existing pods`);
  if (found.size === 0) return texts;
  texts.push(
    `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${JSON.stringify(levelVersionText(asked))}`,
  );
  const others = (count: number): string => (count === 1 ? "" : ` (and ${count - 1} other ${count === 2 ? "pod" : "pods"})`);
  return [...texts, ...[...found].map(([reasons, { first, count }]) => `${first}${others(count)}: ${reasons}`).sort()];
}

/** Pods of one owner are alike: where not all can be looked at, each owner's first is looked at before the others. */
function oneOfEachOwnerFirst(pods: readonly KubeObject[]): KubeObject[] {
  if (pods.length <= MAX_PODS) return [...pods];
  const owners = new Set<string>();
  const first: KubeObject[] = [];
  const rest: KubeObject[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner === undefined || !owners.has(owner)) first.push(pod);
    else rest.push(pod);
    if (owner !== undefined) owners.add(owner);
  }
  return [...first, ...rest];
}
