import { invalidField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsSubdomain } from "../../object/names.ts";
import { booleanIn, isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { nodeSelector } from "../../validation/labels.ts";

const reachable = nodeSelector();

/** Checks the members that say which nodes can reach devices, and tells which are used. */
export function checkNodeChoice(
  holder: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  options: { readonly emptyNode: string; readonly flags: readonly string[]; readonly oneTerm: boolean },
): readonly string[] {
  const chosen: string[] = [];
  if (isSet(holder, "nodeName")) {
    const name = stringIn(holder, "nodeName");
    if (name === "") faults.push(invalidField(at.child("nodeName"), name, options.emptyNode));
    else {
      chosen.push("`nodeName`");
      for (const message of dnsSubdomain(name)) faults.push(invalidField(at.child("nodeName"), name, message));
    }
  }
  if (isSet(holder, "nodeSelector")) {
    chosen.push("`nodeSelector`");
    reachable(getOwn(holder, "nodeSelector"), at.child("nodeSelector"), faults, undefined);
    const terms = listIn(objectIn(holder, "nodeSelector"), "nodeSelectorTerms");
    // With one term, the selectors of devices of several slices can be merged.
    if (options.oneTerm && terms.length !== 1) {
      faults.push(invalidField(at.child("nodeSelector", "nodeSelectorTerms"), terms, "must have exactly one node selector term"));
    }
  }
  for (const flag of options.flags) {
    if (!isSet(holder, flag)) continue;
    if (booleanIn(holder, flag)) chosen.push(`\`${flag}\``);
    else faults.push(invalidField(at.child(flag), false, "must be either unset or set to true"));
  }
  return chosen;
}
