import type { FieldError } from "../object/field-error.ts";
import { forbiddenField, requiredField } from "../object/field-error.ts";
import type { FieldPath } from "../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { asList, asObject } from "../object/read.ts";
import { sortedKeys } from "../object/text-order.ts";
import { skippingAbsent, type Check } from "./check.ts";

/** Rules of a struct, member by member, in the order of the table. */
export function fields<C>(table: Readonly<Record<string, Check<C>>>): Check<C> {
  const members = Object.entries(table);
  return (value, at, faults, context) => {
    const object = asObject(value);
    for (const [name, check] of members) {
      const member = getOwn(object, name);
      if (member === undefined && check.skipsAbsent === true) continue;
      check(member, at.child(name), faults, context);
    }
  };
}

/** Several rules about one value, in order. */
export function all<C>(...checks: readonly Check<C>[]): Check<C> {
  const check: Check<C> = (value, at, faults, context) => {
    for (const one of checks) one(value, at, faults, context);
  };
  return checks.every((one) => one.skipsAbsent === true) ? skippingAbsent(check) : check;
}

/** A rule of a struct that a table cannot say: it sees all members at once. An absent struct reads as an empty one. */
export function struct<C = unknown>(rule: (object: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], context: C) => void): Check<C> {
  return (value, at, faults, context) => rule(asObject(value), at, faults, context);
}

/** A rule for every item of a list. */
export function each<C>(check: Check<C>): Check<C> {
  return skippingAbsent((value, at, faults, context) => {
    const items = asList(value);
    for (let i = 0; i < items.length; i++) check(items[i], at.index(i), faults, context);
  });
}

/** A rule for every key of a map; faults are the map's. */
export function eachKey<C>(check: Check<C>): Check<C> {
  return skippingAbsent((value, at, faults, context) => {
    for (const key of sortedKeys(asObject(value))) check(key, at, faults, context);
  });
}

/** A rule that holds under a condition on the value or the context. */
export function when<C>(condition: (value: ReadonlyJson | undefined, context: C) => boolean, check: Check<C>): Check<C> {
  return (value, at, faults, context) => {
    if (condition(value, context)) check(value, at, faults, context);
  };
}

/** A rule whose faults upstream reports at another place than where the value is. */
export function reportedAt<C>(place: (at: FieldPath) => FieldPath, check: Check<C>): Check<C> {
  const moved: Check<C> = (value, at, faults, context) => check(value, place(at), faults, context);
  return check.skipsAbsent === true ? skippingAbsent(moved) : moved;
}

/** A rule with a context of its own, made from the one it is met with. */
export function within<C, D>(narrow: (value: ReadonlyJson | undefined, context: C) => D, check: Check<D>): Check<C> {
  const narrowed: Check<C> = (value, at, faults, context) => check(value, at, faults, narrow(value, context));
  return check.skipsAbsent === true ? skippingAbsent(narrowed) : narrowed;
}

/**
 * Members that exclude one another: exactly one must be there. The first in the table's order is checked; further ones
 * are forbidden (`several`); none is a missing value (`none`; undefined: none is fine). `names` tells under which other
 * name a forbidden member is reported, where that is not its own; `besides` names a member that is checked and not
 * forbidden after another, which upstream lets pass.
 */
export function union<C>(
  table: Readonly<Record<string, Check<C>>>,
  texts: {
    readonly none?: string;
    readonly several: string;
    readonly names?: Readonly<Record<string, string>>;
    readonly besides?: string;
  },
): Check<C> {
  const members = Object.entries(table);
  return (value, at, faults, context) => {
    const object = asObject(value);
    let found = false;
    for (const [name, check] of members) {
      const member = getOwn(object, name);
      if (member === undefined || member === null) continue;
      if (found && name !== texts.besides) faults.push(forbiddenField(at.child(texts.names?.[name] ?? name), texts.several));
      else check(member, at.child(name), faults, context);
      found = true;
    }
    if (!found && texts.none !== undefined) faults.push(requiredField(at, texts.none));
  };
}
