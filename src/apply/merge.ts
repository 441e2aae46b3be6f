import { equalJson, isObject, setOwn } from "../object/json.ts";
import type { JsonObject, JsonValue, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { ListSchema, Schema } from "../schema/schema.ts";
import { indexItems } from "./list-items.ts";
import type { ItemIndex } from "./list-items.ts";
import type { PathElement } from "./path-element.ts";
import { entrySchema, isEmptyContainer, itemSchema, namedField, shapeOf } from "./shape.ts";

/**
 * Merges an applied configuration into a live value: nothing is removed, leaves take the configuration's value, lists of
 * type set and map gain its items in its order. The result is the live value itself where nothing changes, and shares
 * with both what it took over. Errors: UntrackableError.
 */
export function mergeApplied(live: ReadonlyJson | undefined, config: ReadonlyJson | undefined, schema: Schema): ReadonlyJson | undefined {
  if (config === undefined || live === config) return live;
  if (live === undefined) return config;
  const shape = shapeOf(schema, config);
  if (shape === "leaf" || (isEmptyContainer(live) && isEmptyContainer(config))) return equalJson(live, config) ? live : config;
  if (shape === "members") return mergeMembers(live, config, schema);
  return schema.type === "list" ? mergeItems(live, config, schema) : config;
}

function mergeMembers(live: ReadonlyJson, config: ReadonlyJson, schema: Schema): ReadonlyJson {
  // What is of another type gives way; null and the empty map mention no members.
  if (!isObject(live)) return isObject(config) ? config : live;
  if (!isObject(config)) return live;
  let merged: JsonObject | undefined;
  for (const name of Object.keys(config)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    const after = mergeApplied(before, config[name], namedField(schema, name)?.schema ?? entrySchema(schema));
    if (after === before || after === undefined) continue;
    merged ??= shallowCopy(live);
    setOwn(merged, name, shared(after));
  }
  return merged ?? live;
}

function mergeItems(live: ReadonlyJson, config: ReadonlyJson, schema: ListSchema): ReadonlyJson {
  if (!Array.isArray(live)) return Array.isArray(config) ? config : live;
  if (!Array.isArray(config) || config.length === 0) return live;
  const left = indexItems(schema, live);
  const right = indexItems(schema, config);
  const type = itemSchema(schema);
  const merged: JsonValue[] = [];
  let changed = false;
  for (const step of mergeOrder(left, right)) {
    // Of live items that share an identity the configuration replaces all.
    const before = "live" in step ? live[step.live] : left.repeated.has(step.config) ? undefined : left.items.get(step.config);
    const after = "live" in step ? before : mergeApplied(before, right.items.get(step.config), type);
    if (after === undefined) continue;
    changed ||= after !== live[merged.length];
    merged.push(shared(after));
  }
  return changed || merged.length !== live.length ? merged : live;
}

/** One item of the merged list: a live one that the configuration does not mention, by position, or one that it does. */
type Step = { readonly live: number } | { readonly config: PathElement };

/**
 * The order of a merged list. Items of both stand in the configuration's order; items that only the live list has stay
 * behind the items that they stood behind; items that only the configuration has come where it puts them.
 */
function* mergeOrder(left: ItemIndex, right: ItemIndex): Generator<Step> {
  const shared = right.elements.filter((element) => left.items.has(element));
  const placed = new Set<PathElement>();
  let nextShared = 0;
  let l = 0;
  let r = 0;
  while (l < left.elements.length || r < right.elements.length) {
    const mine = left.elements[l];
    const theirs = right.elements[r];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        placed.add(theirs);
        yield { config: theirs };
        nextShared++;
        l++;
        r++;
        continue;
      }
      // A shared item that the configuration puts elsewhere is taken up there.
      if (right.items.has(mine) && nextShared < shared.length && shared[nextShared] !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!right.items.has(mine)) {
        yield { live: l };
        l++;
        continue;
      }
      if (placed.has(mine)) l++;
    }
    if (theirs !== undefined) {
      placed.add(theirs);
      yield { config: theirs };
      r++;
      if (shared[nextShared] === theirs) nextShared++;
    }
  }
}

function shallowCopy(members: ReadonlyJsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value !== undefined) setOwn(copy, name, shared(value));
  }
  return copy;
}

/** A value that the result shares with one of its sources; whoever changes the result copies it first. */
function shared(value: ReadonlyJson): JsonValue {
  return value as JsonValue;
}
