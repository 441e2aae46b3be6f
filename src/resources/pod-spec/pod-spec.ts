import { duplicateField, forbiddenField, invalidField, requiredField, tooLongField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, dnsSubdomain, qualifiedNameRules } from "../../object/names.ts";
import { asList, asObject, booleanIn, isSet, numberIn, objectsIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { labels } from "../../validation/labels.ts";
import { filled, optional, required } from "../../validation/presence.ts";
import { between, oneOf, text } from "../../validation/scalars.ts";
import { each, fields, struct } from "../../validation/structure.ts";
import { affinity } from "./affinity.ts";
import { checkContainers } from "./containers.ts";
import { checkDns, hostAliases } from "./dns.ts";
import { checkHostProcesses, checkOperatingSystem, checkUserNamespace } from "./operating-system.ts";
import { checkPodResources } from "./pod-resources.ts";
import { checkHostNetworkPorts } from "./ports.ts";
import { claimNames, resourceClaims } from "./resource-claims.ts";
import { overhead } from "./resources.ts";
import type { PodRuleOptions, PodScope } from "./scope.ts";
import { podSecurityContext } from "./security-context.ts";
import { toleration } from "./tolerations.ts";
import { topologySpread } from "./topology-spread.ts";
import { checkVolumes } from "./volumes.ts";

/** Members from the restart policy on, before those whose rules see more than one of them. */
const policies: Check<PodScope> = fields<PodScope>({
  restartPolicy: required(oneOf("Always", "OnFailure", "Never")),
  dnsPolicy: required(oneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")),
  nodeSelector: labels,
  securityContext: podSecurityContext,
  affinity: optional(affinity),
});

const readinessGates: Check = each(fields({ conditionType: text(qualifiedNameRules) }));

const schedulingGates: Check = (value, at, faults) => {
  const seen = new Set<string>();
  asList(value)
    .map(asObject)
    .forEach((gate, i) => {
      const name = stringIn(gate, "name");
      for (const message of qualifiedNameRules(name)) faults.push(invalidField(at.index(i), name, message));
      if (seen.has(name)) faults.push(duplicateField(at.index(i), name));
      seen.add(name);
    });
};

const hostnameMax = 64;

/** The name that processes see, whatever the pod is called (KEP-4762). */
const hostnameOverride: Check<PodScope> = struct((spec, at, faults) => {
  if (!isSet(spec, "hostnameOverride")) return;
  const name = stringIn(spec, "hostnameOverride");
  const place = at.child("hostnameOverride");
  for (const message of dnsSubdomain(name)) faults.push(invalidField(place, name, message));
  if (name.length > hostnameMax) faults.push(tooLongField(place, hostnameMax));
  if (booleanIn(spec, "hostNetwork")) faults.push(forbiddenField(place, "may not be specified when hostNetwork is true"));
  if (booleanIn(spec, "setHostnameAsFQDN")) {
    faults.push(forbiddenField(place, "may not be specified when setHostnameAsFQDN is true"));
  }
});

/** Members after those, in the order in which they are told. */
const rest: Check<PodScope> = fields<PodScope>({
  serviceAccountName: filled(text(dnsSubdomain)),
  nodeName: filled(text(dnsSubdomain)),
  activeDeadlineSeconds: optional(between(1, 2147483647)),
  hostname: filled(text(dnsLabel)),
  subdomain: filled(text(dnsLabel)),
  tolerations: each(toleration),
  hostAliases,
  priorityClassName: filled(text(dnsSubdomain)),
  runtimeClassName: optional(text(dnsSubdomain)),
  preemptionPolicy: optional(required(oneOf("PreemptLowerPriority", "Never"))),
  overhead: optional(overhead),
});

/** A negative grace period, which old pods may have, counts as the shortest one. */
function gracePeriodOf(spec: ReadonlyJsonObject): number {
  const seconds = numberIn(spec, "terminationGracePeriodSeconds");
  return seconds < 0 ? 1 : seconds;
}

/**
 * Appends what is wrong with the spec of a pod, or of a template of pods (then without `meta`). Defaults have been
 * filled in.
 */
export function checkPodSpec(
  spec: ReadonlyJsonObject,
  meta: ReadonlyJsonObject | undefined,
  at: FieldPath,
  faults: FieldError[],
  options: PodRuleOptions,
): void {
  if (!isSet(spec, "terminationGracePeriodSeconds")) {
    faults.push(requiredField(at.child("terminationGracePeriodSeconds")));
  }
  const scope: PodScope = {
    spec,
    meta,
    volumes: checkVolumes(spec, meta, at.child("volumes"), faults, options),
    claimNames: claimNames(spec),
    gracePeriod: gracePeriodOf(spec),
    restartPolicy: stringIn(spec, "restartPolicy"),
    hostUsers: getOwn(spec, "hostUsers") !== false,
    options,
  };
  resourceClaims(getOwn(spec, "resourceClaims"), at.child("resourceClaims"), faults, scope);
  checkContainers(scope, at, faults);
  checkPodResources(scope, at.child("resources"), faults);
  if (booleanIn(spec, "hostNetwork")) {
    checkHostNetworkPorts(objectsIn(spec, "containers"), meta !== undefined, at.child("containers"), faults);
  }
  policies(spec, at, faults, scope);
  checkDns(spec, at.child("dnsConfig"), faults);
  readinessGates(getOwn(spec, "readinessGates"), at.child("readinessGates"), faults, scope);
  schedulingGates(getOwn(spec, "schedulingGates"), at.child("schedulingGates"), faults, scope);
  topologySpread(getOwn(spec, "topologySpreadConstraints"), at.child("topologySpreadConstraints"), faults, scope);
  checkHostProcesses(spec, at, faults, options.allowPrivileged);
  checkUserNamespace(spec, at, faults, options);
  rest(spec, at, faults, scope);
  hostnameOverride(spec, at, faults, scope);
  checkOperatingSystem(spec, at, faults);
}
