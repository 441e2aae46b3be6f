import { getOwn, setOwn, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { asObject, asString, isSet, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { sortedKeys } from "../object/text-order.ts";

/** A map of texts as messages show it: by key; null where it is absent. */
export function shownMap(value: ReadonlyJson | undefined): ReadonlyJson {
  if (value === undefined || value === null) return null;
  const map = asObject(value);
  const shown: JsonObject = {};
  for (const key of sortedKeys(map)) setOwn(shown, key, (getOwn(map, key) ?? null) as JsonValue);
  return shown;
}

/** A LabelSelector as messages show it, in its type's order; null where it is absent. */
export function shownSelector(value: ReadonlyJson | undefined): ReadonlyJson {
  if (value === undefined || value === null) return null;
  const selector = asObject(value);
  const labels = asObject(getOwn(selector, "matchLabels"));
  const expressions = objectsIn(selector, "matchExpressions").map((one) => ({
    key: stringIn(one, "key"),
    operator: stringIn(one, "operator"),
    ...(isSet(one, "values") && stringsIn(one, "values").length > 0 ? { values: stringsIn(one, "values") } : {}),
  }));
  return {
    ...(Object.keys(labels).length > 0 ? { matchLabels: shownMap(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

/** A LabelSelector as tables show it: the way its type prints itself. */
export function selectorText(selector: ReadonlyJsonObject): string {
  const labels = asObject(getOwn(selector, "matchLabels"));
  const pairs = sortedKeys(labels).map((key) => `${key}: ${asString(getOwn(labels, key))},`);
  const expressions = objectsIn(selector, "matchExpressions").map(
    (one) =>
      `LabelSelectorRequirement{Key:${stringIn(one, "key")},Operator:${stringIn(one, "operator")},Values:[${stringsIn(one, "values").join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${pairs.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}
