import { forbiddenField, invalidField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, getOwn, isObject, setOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { configKey } from "../../object/names.ts";
import { asString, objectIn } from "../../object/read.ts";

/** What all values of a ConfigMap or Secret may have together, in bytes. */
export const dataMaxBytes = 1024 * 1024;

/** A key without a value has an empty one, in place. */
export function fillEmptyData(object: KubeObject, map: string): void {
  const values = object[map];
  if (!isObject(values)) return;
  for (const key of Object.keys(values)) if (getOwn(values, key) === null) setOwn(values, key, "");
}

/** Bytes of a base64 text when decoded. */
export function decodedBytes(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

/**
 * Appends what is wrong with the keys of a map of data: each becomes a file's name, and none may stand in the other map
 * (`twin`) too.
 */
export function checkDataKeys(object: ReadonlyJsonObject, map: string, faults: FieldError[], twin?: string): void {
  const at = FieldPath.root.child(map);
  const others = twin === undefined ? {} : objectIn(object, twin);
  for (const key of Object.keys(objectIn(object, map)).sort()) {
    for (const message of configKey(key)) faults.push(invalidField(at.key(key), key, message));
    if (Object.hasOwn(others, key)) faults.push(invalidField(at.key(key), key, `duplicate of key present in ${twin}`));
  }
}

/** Bytes of all values of a map of data. */
export function dataBytes(object: ReadonlyJsonObject, map: string, size: (value: string) => number): number {
  const values = objectIn(object, map);
  return Object.keys(values).reduce((sum, key) => sum + size(asString(getOwn(values, key))), 0);
}

/** Appends what may not change once an object has declared itself immutable: the declaration, and its maps of data. */
export function checkImmutableData(
  object: ReadonlyJsonObject,
  old: ReadonlyJsonObject,
  maps: readonly string[],
  faults: FieldError[],
): void {
  if (old["immutable"] !== true) return;
  const detail = "field is immutable when `immutable` is set";
  if (object["immutable"] !== true) faults.push(forbiddenField("immutable", detail));
  for (const map of maps) if (!equalJson(objectIn(object, map), objectIn(old, map))) faults.push(forbiddenField(map, detail));
}
