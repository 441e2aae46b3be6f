import { isObject, type JsonObject, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, stringIn, stringsIn } from "../object/read.ts";
import { conditionOf } from "../resources/apiextensions/conditions.ts";

/** What a definition's status says of its names: those that it got, and why not the others. */
export interface NamesVerdict {
  readonly acceptedNames: JsonObject;
  /** Reason and message where a name was refused. */
  readonly refusal: { readonly reason: string; readonly message: string } | undefined;
}

/**
 * Which of the names that a definition asks for it gets: those that no other definition of its group has already. A
 * name that is refused leaves the one that was accepted before (CustomResourceDefinitionStatus.acceptedNames).
 */
export function acceptNames(crd: KubeObject, others: readonly KubeObject[]): NamesVerdict {
  const asked = objectIn(objectIn(crd, "spec"), "names");
  const before = objectIn(objectIn(crd, "status"), "acceptedNames");
  const taken = others.map((other) => objectIn(objectIn(other, "status"), "acceptedNames"));
  const resources = new Set(
    taken.flatMap((names) => [stringIn(names, "plural"), stringIn(names, "singular"), ...stringsIn(names, "shortNames")]),
  );
  const kinds = new Set(taken.flatMap((names) => [stringIn(names, "kind"), stringIn(names, "listKind")]));
  let refusal: NamesVerdict["refusal"];
  const refuse = (reason: string, names: readonly string[]): void => {
    refusal = { reason, message: names.map((name) => `"${name}" is already in use`).join(", ") };
  };
  const single = (member: string, inUse: ReadonlySet<string>, reason: string): string => {
    const name = stringIn(asked, member);
    if (name === "" || name === stringIn(before, member) || !inUse.has(name)) return name;
    refuse(reason, [name]);
    return stringIn(before, member);
  };
  const plural = single("plural", resources, "PluralConflict");
  const singular = single("singular", resources, "SingularConflict");
  const known = new Set(stringsIn(before, "shortNames"));
  const clashing = stringsIn(asked, "shortNames").filter((name) => !known.has(name) && resources.has(name));
  if (clashing.length > 0) refuse("ShortNamesConflict", clashing);
  const shortNames = clashing.length > 0 ? stringsIn(before, "shortNames") : stringsIn(asked, "shortNames");
  const kind = single("kind", kinds, "KindConflict");
  const listKind = single("listKind", kinds, "ListKindConflict");
  const categories = stringsIn(asked, "categories");
  return {
    refusal,
    acceptedNames: {
      plural,
      ...(singular === "" ? {} : { singular }),
      ...(shortNames.length === 0 ? {} : { shortNames: [...shortNames] }),
      kind,
      ...(listKind === "" ? {} : { listKind }),
      ...(categories.length === 0 ? {} : { categories: [...categories] }),
    },
  };
}

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** The conditions that follow from a verdict; established once is established for good. */
export function namesConditions(crd: KubeObject, { refusal }: NamesVerdict): readonly Condition[] {
  const accepted: Condition =
    refusal === undefined
      ? { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" }
      : { type: "NamesAccepted", status: "False", ...refusal };
  if (hasCondition(crd, "Established")) return [accepted];
  const established: Condition =
    refusal === undefined
      ? { type: "Established", status: "True", reason: "InitialNamesAccepted", message: "the initial names have been accepted" }
      : { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" };
  return [accepted, established];
}

/** Whether a condition of a definition is true. */
export function hasCondition(crd: KubeObject, type: string): boolean {
  return conditionOf(crd, type) === "True";
}

/** Puts conditions into a status, each in its place; one whose status stays keeps its time. Changes the status. */
export function setConditions(status: JsonObject, conditions: readonly Condition[], now: string): void {
  const present = Array.isArray(status["conditions"]) ? status["conditions"].filter(isObject) : [];
  for (const condition of conditions) {
    const at = present.findIndex((one) => one["type"] === condition.type);
    const old: ReadonlyJsonObject = present[at] ?? {};
    const { type, ...rest } = condition;
    const time = old["status"] === condition.status && typeof old["lastTransitionTime"] === "string" ? old["lastTransitionTime"] : now;
    const made: JsonObject = {
      ...old,
      type,
      status: condition.status,
      lastTransitionTime: time,
      reason: rest.reason,
      message: rest.message,
    };
    if (at >= 0) present[at] = made;
    else present.push(made);
  }
  status["conditions"] = present;
}
