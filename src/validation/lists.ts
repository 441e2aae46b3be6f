import { duplicateField, tooManyField } from "../object/field-error.ts";
import type { FieldPath } from "../object/field-path.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { asList, asObject, stringIn } from "../object/read.ts";
import { skippingAbsent, type Check } from "./check.ts";

/** No text stands twice in a list; the later one is at fault. */
export const distinct: Check = skippingAbsent((value, at, faults) => {
  const seen = new Set<ReadonlyJson>();
  asList(value).forEach((item, i) => {
    if (seen.has(item)) faults.push(duplicateField(at.index(i), item));
    seen.add(item);
  });
});

/** No two items have the same name (or other text member); items without one are passed by. */
export function uniqueBy(member: string): Check {
  return uniqueKeys(
    (item) => stringIn(item, member) || undefined,
    (at) => at.child(member),
  );
}

/** No two items have the same key; `place` says where in the later item the fault is, `shown` what it tells (without it the key). */
export function uniqueKeys(
  key: (item: ReadonlyJsonObject) => string | undefined,
  place: (at: FieldPath) => FieldPath = (at) => at,
  shown?: (item: ReadonlyJsonObject) => ReadonlyJson,
): Check {
  return skippingAbsent((value, at, faults) => {
    const seen = new Set<string>();
    asList(value).forEach((item, i) => {
      const text = key(asObject(item));
      if (text === undefined) return;
      if (seen.has(text)) faults.push(duplicateField(place(at.index(i)), shown?.(asObject(item)) ?? text));
      seen.add(text);
    });
  });
}

/** At most so many items. */
export function maxItems(max: number): Check {
  return skippingAbsent((value, at, faults) => {
    const { length } = asList(value);
    if (length > max) faults.push(tooManyField(at, length, max));
  });
}
