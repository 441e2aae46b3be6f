import { isConditionTrue, type Condition } from "../object/conditions.ts";
import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, stringIn, stringsIn } from "../object/read.ts";
import type { NamesInUse } from "./names-in-use.ts";

/** The names that a definition has got. */
export function acceptedNames(crd: KubeObject): ReadonlyJsonObject {
  return objectIn(objectIn(crd, "status"), "acceptedNames");
}

/** What a definition's status says of its names: those that it got, and why not the others. */
interface NamesVerdict {
  readonly acceptedNames: JsonObject;
  /** Reason and message where a name was refused. */
  readonly refusal: { readonly reason: string; readonly message: string } | undefined;
}

/**
 * Which of the names that a definition asks for it gets: those that no other definition of its group has already. A
 * name that is refused leaves the one that was accepted before (CustomResourceDefinitionStatus.acceptedNames).
 */
export function acceptNames(crd: KubeObject, inUse: NamesInUse): NamesVerdict {
  const own = crd.metadata.name ?? "";
  const asked = objectIn(objectIn(crd, "spec"), "names");
  const before = acceptedNames(crd);
  const isResource = (name: string): boolean => inUse.hasResource(name, own);
  const isKind = (name: string): boolean => inUse.hasKind(name, own);
  let refusal: NamesVerdict["refusal"];
  const refuse = (reason: string, names: readonly string[]): void => {
    refusal = { reason, message: names.map((name) => `"${name}" is already in use`).join(", ") };
  };
  const single = (member: string, isTaken: (name: string) => boolean, reason: string): string => {
    const name = stringIn(asked, member);
    if (name === "" || name === stringIn(before, member) || !isTaken(name)) return name;
    refuse(reason, [name]);
    return stringIn(before, member);
  };
  const plural = single("plural", isResource, "PluralConflict");
  const singular = single("singular", isResource, "SingularConflict");
  const known = new Set(stringsIn(before, "shortNames"));
  const clashing = stringsIn(asked, "shortNames").filter((name) => !known.has(name) && isResource(name));
  if (clashing.length > 0) refuse("ShortNamesConflict", clashing);
  const shortNames = clashing.length > 0 ? stringsIn(before, "shortNames") : stringsIn(asked, "shortNames");
  const kind = single("kind", isKind, "KindConflict");
  const listKind = single("listKind", isKind, "ListKindConflict");
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

/** The conditions that follow from a verdict at a time; established once is established for good. */
export function namesConditions(crd: KubeObject, { refusal }: NamesVerdict, lastTransitionTime: string): readonly Condition[] {
  const accepted: Condition =
    refusal === undefined
      ? { type: "NamesAccepted", status: "True", lastTransitionTime, reason: "NoConflicts", message: "no conflicts found" }
      : { type: "NamesAccepted", status: "False", lastTransitionTime, ...refusal };
  if (isConditionTrue(crd, "Established")) return [accepted];
  const established: Condition =
    refusal === undefined
      ? {
          type: "Established",
          status: "True",
          lastTransitionTime,
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
        }
      : { type: "Established", status: "False", lastTransitionTime, reason: "NotAccepted", message: "not all names are accepted" };
  return [accepted, established];
}
