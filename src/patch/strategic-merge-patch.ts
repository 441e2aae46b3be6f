import { goTypeName } from "../codec/json-kind.ts";
import { isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject, setOwn } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import { goStruct } from "../schema/go-type.ts";
import type { Schema } from "../schema/schema.ts";
import { formatGoValue } from "./go-value.ts";
import { mergeInOrder, ofSameKey, sortByOrder } from "./list-order.ts";
import { PatchError } from "./patch-error.ts";
import { discardNulls, withoutDirectives } from "./patch-values.ts";

const patchDirective = "$patch";
const retainKeysDirective = "$retainKeys";
const setElementOrder = "$setElementOrder";
const deleteFromPrimitiveList = "$deleteFromPrimitiveList";

/** How a list or an object is patched: by its field's strategy, its merge key, and the type of what is in it. */
interface PatchRule {
  readonly schema: Schema | undefined;
  readonly strategy: "merge" | "replace" | undefined;
  readonly mergeKey: string;
}

/**
 * Applies a strategic merge patch: as a merge patch, but lists merge by the key that their field declares, and
 * directives say otherwise (`$patch`, `$retainKeys`, `$setElementOrder/x`, `$deleteFromPrimitiveList/x`; contributors'
 * guide, strategic-merge-patch). The document stays as it is and shares what the patch leaves alone. Throws PatchError.
 */
export function applyStrategicMergePatch(document: ReadonlyJsonObject, patch: ReadonlyJsonObject, schema: Schema): JsonObject {
  return mergeObject(document, patch, schema);
}

function mergeObject(original: ReadonlyJsonObject, patch: ReadonlyJsonObject, schema: Schema | undefined): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return byDirective(patch);
  const merged: JsonObject = { ...(original as JsonObject) };
  const rest = new Map(Object.entries(patch));
  retainKeys(merged, rest);
  for (const [key, order] of rest) {
    if (key.startsWith(setElementOrder)) mergeOrderedList(merged, rest, key, order, schema);
  }
  for (const [patchKey, value] of rest) mergeMember(merged, patchKey, value, schema);
  return merged;
}

/** What an object with `$patch` becomes, whatever was there. */
function byDirective(patch: ReadonlyJsonObject): JsonObject {
  const directive = patch[patchDirective];
  if (directive === "delete") return {};
  if (directive !== "replace") throw badDirective(directive, patch);
  const { [patchDirective]: _, ...replacement } = patch as JsonObject;
  return replacement;
}

function mergeMember(merged: JsonObject, patchKey: string, value: ReadonlyJson | undefined, schema: Schema | undefined): void {
  if (value === undefined) return;
  const isDeletion = patchKey.startsWith(deleteFromPrimitiveList);
  const key = isDeletion ? namedField(patchKey, deleteFromPrimitiveList, "invalid patch format of primitive list") : patchKey;
  if (value === null) {
    delete merged[key];
    return;
  }
  const current = Object.hasOwn(merged, key) ? merged[key] : undefined;
  if (isObject(current) && isObject(value)) {
    const rule = ruleOf(schema, key);
    setOwn(merged, key, rule.strategy === "replace" ? (value as JsonObject) : mergeObject(current, value, rule.schema));
  } else if (Array.isArray(current) && isReadonlyArray(value)) {
    const rule = ruleOf(schema, key);
    const merges = isDeletion || rule.strategy === "merge";
    setOwn(merged, key, merges ? mergeList(current, value, rule, isDeletion) : (value as JsonValue[]));
  } else if (!isDeletion) {
    const added = withoutDirectives(discardNulls(value));
    if (added === undefined) delete merged[key];
    else setOwn(merged, key, added);
  }
}

function mergeList(original: readonly JsonValue[], patch: readonly ReadonlyJson[], rule: PatchRule, isDeletion: boolean): JsonValue[] {
  if (original.length === 0 && patch.length === 0) return [...original];
  if (itemsKind(original, patch) === "scalars") {
    if (isDeletion) {
      const deleted = new Set(patch);
      return original.filter((item) => !deleted.has(item));
    }
    const merged = [...new Set([...original, ...(patch as readonly JsonValue[])])];
    return ordered(merged, patch, original, "");
  }
  if (rule.mergeKey === "") throw new PatchError("cannot merge lists without merge key for struct", "plain");
  const { kept, items } = applyItemDirectives(original as readonly JsonObject[], patch as readonly ReadonlyJsonObject[], rule.mergeKey);
  const merged = mergeItems(kept, items, rule);
  return ordered(merged, items, kept, rule.mergeKey);
}

/** Items with `$patch` act on the list as a whole or delete another item; the others are merged afterwards. */
function applyItemDirectives(
  original: readonly JsonObject[],
  patch: readonly ReadonlyJsonObject[],
  mergeKey: string,
): { readonly kept: readonly JsonObject[]; readonly items: readonly ReadonlyJsonObject[] } {
  const items: ReadonlyJsonObject[] = [];
  const deleted: ReadonlyJsonObject[] = [];
  let replaces = false;
  for (const item of patch) {
    if (!Object.hasOwn(item, patchDirective)) {
      items.push(item);
      continue;
    }
    const directive = item[patchDirective];
    if (directive === "replace") {
      replaces = true;
    } else if (directive === "delete") {
      requireKey(item, mergeKey);
      deleted.push(item);
    } else if (directive === "merge") {
      throw new PatchError("merging lists cannot yet be specified in the patch", "plain");
    } else {
      throw badDirective(directive, item);
    }
  }
  // With `$patch: replace` the other items are the whole list.
  if (replaces) return { kept: items as readonly JsonObject[], items: [] };
  const isDeleted = ofSameKey(deleted, mergeKey);
  return { kept: original.filter((item) => isDeleted(item) === undefined), items };
}

function mergeItems(original: readonly JsonObject[], patch: readonly ReadonlyJsonObject[], rule: PatchRule): JsonValue[] {
  const merged: JsonValue[] = [...original];
  const place = new Map<unknown, number>();
  original.forEach((item, i) => {
    const key = item[rule.mergeKey];
    if (key !== undefined && !place.has(key)) place.set(key, i);
  });
  for (const item of patch) {
    const key = requireKey(item, rule.mergeKey);
    const at = place.get(key);
    const current = at === undefined ? undefined : merged[at];
    if (at !== undefined && isObject(current)) {
      merged[at] = mergeObject(current, item, rule.schema);
    } else {
      place.set(key, merged.length);
      merged.push(item as JsonObject);
    }
  }
  return merged;
}

/** `$setElementOrder/x` with its list `x`: merges the list and puts its items in the order given. */
function mergeOrderedList(
  merged: JsonObject,
  rest: Map<string, ReadonlyJson | undefined>,
  directive: string,
  order: ReadonlyJson | undefined,
  schema: Schema | undefined,
): void {
  rest.delete(directive);
  if (!isReadonlyArray(order)) throw badType("[]interface {}", order);
  const field = namedField(directive, setElementOrder, "invalid patch format of setElementOrder list");
  const current = Object.hasOwn(merged, field) ? merged[field] : undefined;
  const patch = rest.get(field);
  if (current !== undefined && !Array.isArray(current)) throw badType("[]interface {}", current);
  if (patch !== undefined && !isReadonlyArray(patch)) throw badType("[]interface {}", patch);
  const rule = ruleOf(schema, field);
  if (patch !== undefined) requireSameOrder(patch, order, rule.mergeKey);
  if (current === undefined && patch === undefined) return;
  rest.delete(field);
  const both = listBoth(current, patch, rule);
  if (rule.mergeKey !== "") requireKeys(both, order, rule.mergeKey);
  // That there are items of one kind is asked for last: a list without any cannot be ordered.
  itemsKind(current ?? [], patch ?? []);
  setOwn(merged, field, ordered(both, order, current ?? [], rule.mergeKey));
}

function listBoth(current: JsonValue[] | undefined, patch: readonly ReadonlyJson[] | undefined, rule: PatchRule): JsonValue[] {
  if (patch === undefined) return current ?? [];
  if (current !== undefined) return rule.strategy === "merge" ? mergeList(current, patch, rule, false) : [...(patch as JsonValue[])];
  const added = withoutDirectives(patch);
  return Array.isArray(added) ? added : [];
}

/** Items of the patch in its order, the others in the document's, woven together by where they stood. */
function ordered(
  merged: readonly JsonValue[],
  patchOrder: readonly ReadonlyJson[],
  serverOrder: readonly ReadonlyJson[],
  mergeKey: string,
): JsonValue[] {
  if (mergeKey !== "") for (const item of merged) if (isObject(item)) requireKey(item, mergeKey);
  const inPatch = ofSameKey(patchOrder, mergeKey);
  const inServer = ofSameKey(serverOrder, mergeKey);
  const patchItems = merged.filter((item) => inPatch(item) !== undefined);
  const serverItems = merged.filter((item) => inPatch(item) === undefined);
  return mergeInOrder(sortByOrder(serverItems, inServer), sortByOrder(patchItems, inPatch), inServer);
}

/** Every item of a list that is to be ordered must have the merge key, and so must those of the order itself. */
function requireKeys(items: readonly JsonValue[], order: readonly ReadonlyJson[], mergeKey: string): void {
  const broken = order.findIndex((item) => !isObject(item));
  const before = ofSameKey(broken < 0 ? order : order.slice(0, broken), mergeKey);
  for (const item of items) {
    keyOf(item, mergeKey);
    if (broken >= 0 && before(item) === undefined) throw new PatchError(`value for key ${broken} is not a map.`, "plain");
  }
  for (const item of order) keyOf(item, mergeKey);
}

/** The items of the patch must stand in the same order in the list of the order. */
function requireSameOrder(patch: readonly ReadonlyJson[], order: readonly ReadonlyJson[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const kept = patch.filter((item) => !(isObject(item) && item[patchDirective] === "delete"));
  const acts = (item: ReadonlyJson | undefined): boolean => isObject(item) && Object.hasOwn(item, patchDirective);
  let matched = 0;
  for (const wanted of order) {
    while (acts(kept[matched])) matched++;
    const item = kept[matched];
    if (item === undefined) break;
    if (mergeKey === "" ? item === wanted : keyOf(item, mergeKey) === keyOf(wanted, mergeKey)) matched++;
  }
  if (matched >= kept.length) return;
  throw new PatchError(
    `The order in patch list:\n${formatGoValue(patch)}\n doesn't match ${setElementOrder} list:\n${formatGoValue(order)}\n`,
    "plain",
  );
}

/** `$retainKeys`: only these members of the document stay; the patch may set no others. */
function retainKeys(merged: JsonObject, rest: Map<string, ReadonlyJson | undefined>): void {
  if (!rest.has(retainKeysDirective)) return;
  const list = rest.get(retainKeysDirective);
  rest.delete(retainKeysDirective);
  const bad = new PatchError("invalid patch format of retainKeys", "bad");
  if (!isReadonlyArray(list)) throw bad;
  const retained = new Set<unknown>(list);
  for (const [key, value] of rest) {
    const isOther = value === null || key.startsWith(deleteFromPrimitiveList) || key.startsWith(setElementOrder);
    if (!isOther && !retained.has(key)) throw bad;
  }
  for (const key of Object.keys(merged)) if (!retained.has(key)) delete merged[key];
}

function itemsKind(original: readonly ReadonlyJson[], patch: readonly ReadonlyJson[]): "objects" | "scalars" {
  let kind: string | undefined;
  for (const item of [...original, ...patch]) {
    if (Array.isArray(item)) throw new PatchError("lists of lists are not supported");
    const own =
      item !== null && typeof item === "object" ? "objects" : item === null ? "null" : typeof item === "bigint" ? "number" : typeof item;
    if (kind !== undefined && kind !== own) {
      throw new PatchError(`list element types are not identical: ${formatGoValue([original, patch])}`, "plain");
    }
    kind = own;
  }
  if (kind === undefined) throw new PatchError("no elements in any of the given slices", "plain");
  return kind === "objects" ? "objects" : "scalars";
}

/** How the field of this name is patched. Objects and lists merge only where the type says how: in a struct's fields. */
function ruleOf(schema: Schema | undefined, key: string): PatchRule {
  if (schema === undefined) return { schema: undefined, strategy: undefined, mergeKey: "" };
  if (schema.type === "map") throw new PatchError("merging an object in json but data type is not struct, instead is: map", "plain");
  const field = schema.type === "object" ? schema.fields.get(key) : undefined;
  if (field === undefined) {
    throw new PatchError(`unable to find api field in struct ${goStruct(schema)} for the json field ${quoteText(key)}`, "plain");
  }
  const strategy = field.patchStrategy?.find((name) => name !== "retainKeys");
  return {
    schema: inner(field.schema),
    strategy: strategy === "merge" || strategy === "replace" ? strategy : undefined,
    mergeKey: field.patchMergeKey ?? "",
  };
}

/** The type of what is in a list; any other type itself. */
function inner(schema: Schema): Schema {
  return schema.type === "list" ? schema.items : schema;
}

function namedField(directive: string, prefix: string, fault: string): string {
  if (!directive.startsWith(`${prefix}/`)) throw new PatchError(fault, "bad");
  return directive.slice(prefix.length + 1);
}

function keyOf(item: ReadonlyJson, mergeKey: string): ReadonlyJson {
  if (!isObject(item)) throw badType("map[string]interface {}", item);
  return requireKey(item, mergeKey);
}

function requireKey(item: ReadonlyJsonObject, mergeKey: string): ReadonlyJson {
  const key = Object.hasOwn(item, mergeKey) ? item[mergeKey] : undefined;
  if (key === undefined) {
    throw new PatchError(`map: ${formatGoValue(item)} does not contain declared merge key: ${mergeKey}`, "plain");
  }
  return key;
}

function badDirective(directive: ReadonlyJson | undefined, patch: ReadonlyJsonObject): PatchError {
  return new PatchError(`unknown patch type: ${shownDirective(directive)} in map: ${formatGoValue(patch)}`, "plain");
}

/** A directive as the original's message about it has it, which is for texts. */
function shownDirective(directive: ReadonlyJson | undefined): string {
  if (typeof directive === "boolean") return `%!s(bool=${directive})`;
  if (typeof directive === "number" || typeof directive === "bigint") {
    return `%!s(${Number.isInteger(Number(directive)) ? "int64" : "float64"}=${directive})`;
  }
  return directive === null || directive === undefined ? "%!s(<nil>)" : formatGoValue(directive);
}

function badType(expected: string, actual: ReadonlyJson | undefined): PatchError {
  const got = actual === null || actual === undefined ? "%!s(<nil>)" : goTypeName(actual);
  return new PatchError(`expected a ${expected}, but received a ${got}`, "plain");
}

function isReadonlyArray(value: ReadonlyJson | undefined): value is readonly ReadonlyJson[] {
  return Array.isArray(value);
}
