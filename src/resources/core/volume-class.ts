import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn, stringsIn } from "../../object/read.ts";

/** Where the class stood before it was a field. */
export const classAnnotation = "volume.beta.kubernetes.io/storage-class";

/** The storage class of a volume or claim; the annotation wins. */
export function storageClassOf(object: KubeObject): string {
  return object.metadata.annotations?.[classAnnotation] ?? stringIn(objectIn(object, "spec"), "storageClassName");
}

/** The warning of the annotation. */
export function classWarnings({ metadata }: KubeObject): string[] {
  if (metadata.annotations?.[classAnnotation] === undefined) return [];
  return [`metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`];
}

const SHORT: readonly (readonly [mode: string, short: string])[] = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
];

/** Access modes as columns show them. */
export function modesCell(holder: Parameters<typeof stringsIn>[0]): string {
  const modes = stringsIn(holder, "accessModes");
  return SHORT.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(",");
}

/** The phase, or that the object is on its way out. */
export function phaseCell(object: KubeObject): string {
  return object.metadata.deletionTimestamp === undefined ? stringIn(objectIn(object, "status"), "phase") : "Terminating";
}
