import { FieldPath } from "../../object/field-path.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel } from "../../object/names.ts";
import { objectIn } from "../../object/read.ts";
import { templateWarnings } from "../pod-spec/template-owner.ts";

const templateAt = FieldPath.root.child("spec", "template");

/** Warnings of an object that makes pods from its template; an update that leaves the spec alone has none. */
export function ownTemplateWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  if (old !== undefined && old.metadata.generation === object.metadata.generation) return [];
  return templateWarnings(objectIn(object, "spec"), templateAt);
}

/** Warnings of an object whose name begins the names of its pods, and of its template. */
export function replicaNameWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  return podMakerWarnings(object, old, () => templateWarnings(objectIn(object, "spec"), templateAt));
}

/** The same where what is in the spec is told by `ofSpec`, which is asked only where the spec is new or another. */
export function podMakerWarnings(object: KubeObject, old: KubeObject | undefined, ofSpec: () => string[]): string[] {
  if (old !== undefined) return old.metadata.generation === object.metadata.generation ? [] : ofSpec();
  const wrong = dnsLabel(object.metadata.name ?? "");
  if (wrong.length === 0) return ofSpec();
  const name = `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(" ")}]`;
  return [name, ...ofSpec()];
}
