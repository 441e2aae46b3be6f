import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { isSet, objectIn, stringIn, stringsIn } from "../../object/read.ts";

const LIST_TYPES = ["atomic", "set", "map"];
const MAP_TYPES = ["atomic", "granular"];

/** The x-kubernetes- keywords that say what is kept and how lists and maps are merged. False: they have no structural form. */
export function checkExtensions(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): boolean {
  const dropped = getOwn(schema, "x-kubernetes-preserve-unknown-fields") === false;
  if (dropped) faults.push(invalidField(at.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
  const type = stringIn(schema, "type");
  const mustBe = (wanted: string, keyword: string): void => {
    const detail = `must be ${wanted} if ${keyword} is specified`;
    faults.push(type === "" ? requiredField(at.child("type"), detail) : invalidField(at.child("type"), type, detail));
  };
  if (isSet(schema, "x-kubernetes-map-type")) {
    const mapType = stringIn(schema, "x-kubernetes-map-type");
    if (type !== "object") mustBe("object", "x-kubernetes-map-type");
    if (!MAP_TYPES.includes(mapType)) faults.push(notSupportedField(at.child("x-kubernetes-map-type"), mapType, MAP_TYPES));
  }
  const listType = isSet(schema, "x-kubernetes-list-type") ? stringIn(schema, "x-kubernetes-list-type") : undefined;
  if (listType !== undefined && type !== "array") mustBe("array", "x-kubernetes-list-type");
  else if (listType === "set") checkSetItems(schema, at.child("items"), faults);
  if (listType !== undefined && !LIST_TYPES.includes(listType)) {
    faults.push(notSupportedField(at.child("x-kubernetes-list-type"), listType, LIST_TYPES));
  }
  const keys = stringsIn(schema, "x-kubernetes-list-map-keys");
  if (keys.length > 0 && listType !== "map") {
    const detail = "must be map if x-kubernetes-list-map-keys is non-empty";
    const place = at.child("x-kubernetes-list-type");
    faults.push(listType === undefined ? requiredField(place, detail) : invalidField(place, listType, detail));
  }
  if (listType === "map") checkMapItems(schema, keys, at, faults);
  if (listType === "map" || listType === "set") checkItemValues(schema, keys, listType, at.child("items"), faults);
  return !dropped;
}

/** Items of a set are compared as wholes. */
function checkSetItems(schema: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const items = objectIn(schema, "items");
  const listType = getOwn(items, "x-kubernetes-list-type") ?? null;
  const detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const type = stringIn(items, "type");
  // Of an object, too, the original shows the type of list.
  if (type === "array" && listType !== null && listType !== "atomic") {
    faults.push(invalidField(at.child("x-kubernetes-list-type"), listType, detail));
  } else if (type === "object" && getOwn(items, "x-kubernetes-map-type") !== "atomic") {
    faults.push(invalidField(at.child("x-kubernetes-map-type"), listType, detail));
  }
}

/** Items of a list that is a map are objects with all the keys. */
function checkMapItems(schema: ReadonlyJsonObject, keys: readonly string[], at: FieldPath, faults: FieldError[]): void {
  const place = at.child("x-kubernetes-list-map-keys");
  if (keys.length === 0) faults.push(requiredField(place, "must not be empty if x-kubernetes-list-type is map"));
  const items = getOwn(schema, "items");
  if (!isObject(items)) {
    if (!Array.isArray(items)) faults.push(requiredField(at.child("items"), "must have a schema if x-kubernetes-list-type is map"));
    return;
  }
  const type = stringIn(items, "type");
  if (type !== "object") {
    faults.push(invalidField(at.child("items", "type"), type, "must be object if parent array's x-kubernetes-list-type is map"));
    return;
  }
  const properties = objectIn(items, "properties");
  const seen = new Set<string>();
  for (const key of keys) {
    const property = getOwn(properties, key);
    if (!isObject(property)) faults.push(invalidField(place, keys, "entries must all be names of item properties"));
    else if (["array", "object"].includes(stringIn(property, "type"))) {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      // The original shows the type of the items.
      faults.push(invalidField(at.child("items", "properties").key(key).child("type"), type, detail));
    }
    if (seen.has(key)) faults.push(invalidField(place, keys, "must not contain duplicate entries"));
    seen.add(key);
  }
}

/** Items that are told apart are never null, and neither are their keys, which are always there. */
function checkItemValues(schema: ReadonlyJsonObject, keys: readonly string[], listType: string, at: FieldPath, faults: FieldError[]): void {
  const items = objectIn(schema, "items");
  if (getOwn(items, "nullable") === true) {
    faults.push(forbiddenField(at.child("nullable"), `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType !== "map") return;
  const required = new Set(stringsIn(items, "required"));
  for (const key of keys) {
    const property = getOwn(objectIn(items, "properties"), key);
    if (!isObject(property)) continue;
    const own = at.child("properties").key(key);
    if (!required.has(key) && !isSet(property, "default")) {
      const detail = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
      faults.push(requiredField(own.child("default"), detail));
    }
    if (getOwn(property, "nullable") === true) {
      faults.push(forbiddenField(own.child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
    }
  }
}
