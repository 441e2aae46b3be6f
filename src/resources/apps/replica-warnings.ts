import { FieldPath } from "../../object/field-path.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel } from "../../object/names.ts";
import { objectIn } from "../../object/read.ts";
import { templateWarnings } from "../pod-spec/template-owner.ts";

const templateAt = FieldPath.root.child("spec", "template");

/** Warnings of an object that makes pods from its template; an update that leaves the spec alone has none. */
export function ownTemplateWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  return isSpecNew(object, old) ? ofTemplate(object) : [];
}

/** Warnings of an object whose name begins the names of its pods, and of its template. */
export function replicaNameWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  return podMakerWarnings(object, old, () => ofTemplate(object));
}

/** Warnings of an object whose name begins the names of its pods; `ofSpec` tells those of its spec, where that is new. */
export function podMakerWarnings(object: KubeObject, old: KubeObject | undefined, ofSpec: () => string[]): string[] {
  const told = isSpecNew(object, old) ? ofSpec() : [];
  const wrong = old === undefined ? dnsLabel(object.metadata.name ?? "") : [];
  if (wrong.length === 0) return told;
  const name = `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(" ")}]`;
  return [name, ...told];
}

function isSpecNew(object: KubeObject, old: KubeObject | undefined): boolean {
  return old === undefined || old.metadata.generation !== object.metadata.generation;
}

function ofTemplate(object: KubeObject): string[] {
  return templateWarnings(objectIn(object, "spec"), templateAt);
}
