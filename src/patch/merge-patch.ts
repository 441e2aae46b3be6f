import { isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject, setOwn } from "../object/json.ts";

/** The patched document, and which of its parts are new. */
interface MergePatchResult {
  readonly value: JsonObject;
  /** The objects that the patch merged into; all others are the document's or the patch's own. */
  readonly touched: ReadonlySet<object>;
}

/**
 * Applies a JSON merge patch (RFC 7386): null removes, objects merge, all else replaces. As in the original, nulls in
 * what is new are dropped even inside lists. The document stays as it is and shares what the patch leaves alone.
 */
export function applyMergePatch(document: ReadonlyJsonObject, patch: ReadonlyJsonObject): MergePatchResult {
  const touched = new Set<object>();
  return { value: merge(document, patch, touched), touched };
}

function merge(document: ReadonlyJsonObject, patch: ReadonlyJsonObject, touched: Set<object>): JsonObject {
  const merged: JsonObject = { ...(document as JsonObject) };
  touched.add(merged);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) {
      delete merged[key];
      continue;
    }
    const current = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (isObject(current)) setOwn(merged, key, isObject(value) ? merge(current, value, touched) : (value as JsonValue));
    else setOwn(merged, key, withoutNulls(value));
  }
  return merged;
}

function withoutNulls(value: ReadonlyJson): JsonValue {
  if (Array.isArray(value)) return value.map((item: ReadonlyJson) => withoutNulls(item));
  if (!isObject(value)) return value as JsonValue;
  const kept: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && member !== undefined) setOwn(kept, key, withoutNulls(member));
  }
  return kept;
}
