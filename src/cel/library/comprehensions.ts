import { fn, globalOverload } from "../declaration.ts";
import type { Library } from "../declaration.ts";
import { EntryMap, mapKey } from "../map.ts";
import { mapType, paramType } from "../types.ts";
import { EvalError, isMap, noSuchOverload } from "../value.ts";
import type { MapValue, Value } from "../value.ts";
import { twoVariableMacros } from "./macros.ts";

const mapKV = mapType(paramType("K"), paramType("V"));

function insert(map: EntryMap, key: Value, value: Value): void {
  if (mapKey(key) === undefined) throw new EvalError("unsupported key type");
  if (!map.add(key, value)) throw new EvalError(`insert failed: key ${String(key)} already exists`);
}

/** Adds to the map that a macro's loop fills, which nobody else sees yet. */
function filling(map: Value | undefined): EntryMap {
  if (!(map instanceof EntryMap)) throw noSuchOverload();
  return map;
}

function insertAll(map: EntryMap, more: MapValue): EntryMap {
  for (const key of more.keys()) insert(map, key, more.find(key) as Value);
  return map;
}

/** The macros with an index or key and a value: all, exists, existsOne, transformList, transformMap(Entry). */
export const twoVariableLibrary: Library = {
  macros: twoVariableMacros,
  functions: [
    fn("cel.@mapInsert", [
      globalOverload("@mapInsert_map_map", [mapKV, mapKV], mapKV, (map, more) => {
        if (more === undefined || !isMap(more)) throw noSuchOverload();
        return insertAll(filling(map), more);
      }),
      globalOverload("@mapInsert_map_key_value", [mapKV, paramType("K"), paramType("V")], mapKV, (map, key, value) => {
        insert(filling(map), key as Value, value as Value);
        return map as Value;
      }),
    ]),
  ],
};
