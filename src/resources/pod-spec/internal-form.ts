import type { ReadonlyJson, ReadonlyJsonObject } from "../../object/json.ts";
import { unifiedDiff } from "../../object/text-diff.ts";
import { shownAs, shownLines } from "./shown.ts";
import { ephemeralContainerShown, nodeSelectorTermMembers, podSpecShown } from "./shown-members.ts";

/** What differs between two specs, in the original's internal form, as messages show it. */
export function specDiff(old: ReadonlyJsonObject, changed: ReadonlyJsonObject): string {
  return diffOf(podSpecShown(old), podSpecShown(changed));
}

/** What differs between two ephemeral containers, as messages show it. */
export function ephemeralContainerDiff(old: ReadonlyJsonObject, changed: ReadonlyJsonObject): string {
  return diffOf(shownAs(old, ephemeralContainerShown), shownAs(changed, ephemeralContainerShown));
}

/** A term of a node selector as messages show it. */
export function nodeSelectorTermShown(term: ReadonlyJsonObject): ReadonlyJsonObject {
  return shownAs(term, nodeSelectorTermMembers);
}

/** What differs between two values in their shown form. */
export function diffOf(old: ReadonlyJson, changed: ReadonlyJson): string {
  return unifiedDiff(shownLines(old), shownLines(changed)) ?? "";
}
