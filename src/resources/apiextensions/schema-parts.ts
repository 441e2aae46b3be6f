import { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, objectsIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";

/** Nesting of a definition's schema that is followed. */
export const MAX_SCHEMA_DEPTH = 200;

/** What every object says of itself, whatever its schema. */
export const META_MEMBERS: ReadonlySet<string> = new Set(["metadata", "kind", "apiVersion"]);

/** The schema of a version of a definition; undefined where it has none. */
export function schemaOf(version: ReadonlyJsonObject): ReadonlyJsonObject | undefined {
  const schema = getOwn(objectIn(version, "schema"), "openAPIV3Schema");
  return isObject(schema) ? schema : undefined;
}

/** Whether there is a default anywhere in a schema. */
export function hasDefaults(schema: ReadonlyJsonObject, depth = 0): boolean {
  const own = getOwn(schema, "default");
  if (own !== undefined && own !== null) return true;
  return depth < MAX_SCHEMA_DEPTH && subschemas(schema, FieldPath.root).some((sub) => hasDefaults(sub.schema, depth + 1));
}

/** The subschemas of a schema, each with where it lies: first members of maps and objects, then junctors, then items. */
export function subschemas(schema: ReadonlyJsonObject, at: FieldPath): { readonly schema: ReadonlyJsonObject; readonly at: FieldPath }[] {
  const found: { schema: ReadonlyJsonObject; at: FieldPath }[] = [];
  const add = (value: ReadonlyJson | undefined, place: FieldPath): void => {
    if (isObject(value)) found.push({ schema: value, at: place });
  };
  add(getOwn(schema, "additionalProperties"), at.child("additionalProperties"));
  const properties = objectIn(schema, "properties");
  for (const name of sortedKeys(properties)) add(getOwn(properties, name), at.child("properties").key(name));
  add(getOwn(schema, "not"), at.child("not"));
  for (const keyword of ["allOf", "oneOf", "anyOf"]) {
    for (const [index, one] of objectsIn(schema, keyword).entries()) add(one, at.child(keyword).index(index));
  }
  add(getOwn(schema, "items"), at.child("items"));
  return found;
}
