import { getOwn, isObject, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";

/** A part of a value, the OpenAPI schema that it has, and where it lies: "spec.list[0].name". */
interface ValuePart {
  readonly value: ReadonlyJson;
  readonly schema: ReadonlyJsonObject;
  readonly path: string;
}

/** Nesting that is followed. */
const MAX_DEPTH = 200;

/** All parts of a value that have a schema, each before those within it, the value itself first; keys of maps lie as "map[key]". */
export function* walkValue(value: ReadonlyJson, schema: ReadonlyJsonObject, path = "", depth = 0): Generator<ValuePart> {
  if (depth > MAX_DEPTH) return;
  yield { value, schema, path };
  for (const part of partsOf(value, schema, path, true)) yield* walkValue(part.value, part.schema, part.path, depth + 1);
}

/** The members or items of a value that have a schema: a property's own, or that of all others (`keyed`: as keys of a map). */
export function partsOf(value: ReadonlyJson, schema: ReadonlyJsonObject, path: string, keyed = false): ValuePart[] {
  if (Array.isArray(value)) {
    const items = getOwn(schema, "items");
    if (!isObject(items)) return [];
    return (value as readonly ReadonlyJson[]).map((item, i) => ({ value: item, schema: items, path: `${path}[${i}]` }));
  }
  if (!isObject(value)) return [];
  const properties = getOwn(schema, "properties");
  const additional = getOwn(schema, "additionalProperties");
  const parts: ValuePart[] = [];
  for (const [key, member] of Object.entries(value)) {
    const property = isObject(properties) ? getOwn(properties, key) : undefined;
    const own = isObject(property) ? property : additional;
    if (member === undefined || !isObject(own)) continue;
    const at = keyed && own !== property ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    parts.push({ value: member, schema: own, path: at });
  }
  return parts;
}
