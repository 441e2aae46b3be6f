import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { isEverything } from "../../object/label-selector.ts";
import { dnsLabel } from "../../object/names.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { annotations, labels } from "../../validation/labels.ts";
import { filled, optional } from "../../validation/presence.ts";
import { nonNegative, oneOf, text } from "../../validation/scalars.ts";
import { each, fields } from "../../validation/structure.ts";
import type { StrategyContext } from "../definition.ts";
import { persistentVolumeClaimSpec } from "../pod-spec/claim-spec.ts";
import { checkPodAnnotations } from "../pod-spec/pod-annotations.ts";
import { validatePodTemplateSpec } from "../pod-spec/pod-template.ts";
import type { PodRuleOptions } from "../pod-spec/scope.ts";
import { templateOptions } from "../pod-spec/template-owner.ts";
import { specAt } from "../spec-and-status.ts";
import { brokenSelector, checkRunsForever, checkSelector, selectorOf, selectsTemplate, unselectedTemplate } from "./selector-rules.ts";

const managementPolicies = ["OrderedReady", "Parallel"];
const retention = optional(oneOf("Retain", "Delete"));

const serviceRules = fields({ serviceName: filled(text(dnsLabel)) });
const claimRules = fields({ volumeClaimTemplates: each(fields({ spec: persistentVolumeClaimSpec })) });

const retentionRules = fields({
  persistentVolumeClaimRetentionPolicy: optional(fields({ whenDeleted: retention, whenScaled: retention })),
});
const counters = fields({ replicas: nonNegative, minReadySeconds: nonNegative, ordinals: optional(fields({ start: nonNegative })) });

/**
 * What is wrong with a StatefulSet's spec. What cannot be changed is checked only where it is new (`old` undefined):
 * stored ones may be older than the rules.
 */
export function checkStatefulSetSpec(
  spec: ReadonlyJsonObject,
  old: ReadonlyJsonObject | undefined,
  context: StrategyContext,
): FieldError[] {
  const faults: FieldError[] = [];
  checkManagementPolicy(spec, faults);
  checkUpdateStrategy(objectIn(spec, "updateStrategy"), specAt.child("updateStrategy"), faults);
  retentionRules(spec, specAt, faults, undefined);
  if (old === undefined) claimRules(spec, specAt, faults, undefined);
  counters(spec, specAt, faults, undefined);
  if (old === undefined) serviceRules(spec, specAt, faults, undefined);
  checkSelector(spec, old, specAt, faults, "statefulset");
  checkTemplate(spec, faults, templateOptions(context, old));
  checkRunsForever(spec, specAt, faults, "StatefulSet");
  return faults;
}

function checkManagementPolicy(spec: ReadonlyJsonObject, faults: FieldError[]): void {
  const policy = stringIn(spec, "podManagementPolicy");
  const at = specAt.child("podManagementPolicy");
  if (policy === "") faults.push(requiredField(at));
  else if (!managementPolicies.includes(policy)) faults.push(invalidField(at, policy, "must be 'OrderedReady' or 'Parallel'"));
}

function checkUpdateStrategy(strategy: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const rolling = getOwn(strategy, "rollingUpdate");
  const place = at.child("rollingUpdate");
  switch (stringIn(strategy, "type")) {
    case "":
      faults.push(requiredField(at));
      return;
    case "OnDelete":
      if (isObject(rolling)) faults.push(invalidField(place, shownRolling(rolling), "only allowed for updateStrategy 'RollingUpdate'"));
      return;
    case "RollingUpdate":
      if (isObject(rolling)) nonNegative(getOwn(rolling, "partition"), place.child("partition"), faults, undefined);
      return;
    default: {
      const shown = { Type: stringIn(strategy, "type"), RollingUpdate: isObject(rolling) ? shownRolling(rolling) : null };
      faults.push(invalidField(at, shown, "must be 'RollingUpdate' or 'OnDelete'"));
    }
  }
}

function shownRolling(rolling: ReadonlyJsonObject): ReadonlyJsonObject {
  return { Partition: getOwn(rolling, "partition") ?? 0, MaxUnavailable: getOwn(rolling, "maxUnavailable") ?? null };
}

/** The template is checked as its pods will be: with a volume for each claim, which takes the place of one of its name. */
function checkTemplate(spec: ReadonlyJsonObject, faults: FieldError[], options: PodRuleOptions): void {
  const selector = selectorOf(spec);
  if (selector === undefined) {
    faults.push(brokenSelector(spec, specAt, ""));
    return;
  }
  if (!isEverything(selector) && !selectsTemplate(selector, spec)) faults.push(unselectedTemplate(spec, specAt));
  const at = specAt.child("template");
  const template = objectIn(spec, "template");
  const meta = objectIn(template, "metadata");
  faults.push(...validatePodTemplateSpec(withClaims(template, spec), at, options));
  // Once with the whole template and once here: the original tells of these twice.
  labels(getOwn(meta, "labels"), at.child("labels"), faults, undefined);
  annotations(getOwn(meta, "annotations"), at.child("annotations"), faults, undefined);
  checkPodAnnotations(meta, objectIn(template, "spec"), at.child("annotations"), faults, options);
}

function withClaims(template: ReadonlyJsonObject, spec: ReadonlyJsonObject): ReadonlyJson {
  const claims = objectsIn(spec, "volumeClaimTemplates");
  if (claims.length === 0) return template;
  const names = new Set(claims.map((claim) => stringIn(objectIn(claim, "metadata"), "name")));
  const podSpec = objectIn(template, "spec");
  const own = objectsIn(podSpec, "volumes").filter((volume) => !names.has(stringIn(volume, "name")));
  const volumes = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...podSpec, volumes: [...volumes, ...own] } };
}
