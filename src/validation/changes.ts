import { invalidField } from "../object/field-error.ts";
import { equalJson, getOwn, type ReadonlyJson } from "../object/json.ts";
import { asObject } from "../object/read.ts";
import { writtenMember } from "../object/written-empty.ts";
import type { Change } from "./check.ts";

/** Rules of a struct's update, member by member, in the order of the table. */
export function changes<C>(table: Readonly<Record<string, Change<C>>>): Change<C> {
  const members = Object.entries(table);
  return (value, old, at, faults, context) => {
    const object = asObject(value);
    const oldObject = asObject(old);
    for (const [name, change] of members) {
      const before = getOwn(oldObject, name);
      // What was left out and what is written empty are the same where there was nothing before.
      const now = before === undefined ? getOwn(object, name) : writtenMember(object, name);
      change(now, before, at.child(name), faults, context);
    }
  };
}

/**
 * May not change after creation. The message shows the new value: `shown` makes it, where the original prints a struct by
 * its internal names.
 */
export function immutable(
  detail = "field is immutable",
  shown: (value: ReadonlyJson | undefined) => ReadonlyJson | undefined = (value) => value ?? null,
): Change {
  return (value, old, at, faults) => {
    if (!equalJson(value, old)) faults.push(invalidField(at, shown(value), detail));
  };
}

/** May be set once; what is set stays. */
export function setOnce(detail = "field is immutable"): Change {
  const unchanged = immutable(detail);
  return (value, old, at, faults, context) => {
    if (old !== undefined && old !== null && old !== "") unchanged(value, old, at, faults, context);
  };
}
