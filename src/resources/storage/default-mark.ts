import type { KubeObject } from "../../object/kube-object.ts";

/** The cell of a class' name, which tells whether one of these annotations makes it the default. */
export function nameOrDefault(...marks: readonly string[]): (object: KubeObject) => string {
  return ({ metadata: { name = "", annotations } }) => (marks.some((mark) => annotations?.[mark] === "true") ? `${name} (default)` : name);
}
