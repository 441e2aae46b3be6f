import { pathText, ToldPaths } from "../codec/told-paths.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import type { Schema } from "./schema.ts";

/** Nesting that is followed; the reader of bodies refuses deeper ones. What lies deeper is taken out. */
const maxDepth = 2000;

/** An object that lies within another, and where. */
export interface EmbeddedObject {
  readonly value: JsonObject;
  readonly path: string;
}

/**
 * Takes out members that a custom resource's type does not know, in place, and gives their paths, sorted. Where the type
 * preserves unknown members, they stay as they are. An embedded object's apiVersion, kind and metadata are members of
 * its type. What objects lie within the value is added to `embedded`.
 */
export function prune(value: JsonValue | undefined, schema: Schema, embedded?: EmbeddedObject[]): string[] {
  const dropped = new Dropped();
  pruneAt(value, schema, [], dropped, embedded);
  return dropped.paths.sort();
}

/** What was taken out, as far as it is told. */
class Dropped {
  readonly paths: string[] = [];
  readonly #told = new ToldPaths();

  add(at: (string | number)[], key: string): void {
    at.push(key);
    const path = this.#told.text(at);
    at.pop();
    if (path !== undefined) this.paths.push(path);
  }
}

/** `at`: the members and items on the way here; the text of a path is made only where something is taken out. */
function pruneAt(
  value: JsonValue | undefined,
  schema: Schema,
  at: (string | number)[],
  dropped: Dropped,
  embedded: EmbeddedObject[] | undefined,
): void {
  if (typeof value !== "object" || value === null) return;
  const enter = (step: string | number, inner: JsonValue | undefined, type: Schema): void => {
    if (typeof inner !== "object" || inner === null) return;
    at.push(step);
    pruneAt(inner, type, at, dropped, embedded);
    at.pop();
  };
  switch (schema.type) {
    case "object":
      if (!isObject(value)) return;
      if (schema.embedded === true && at.length > 0) embedded?.push({ value, path: pathText(at) });
      for (const key of Object.keys(value)) {
        const field = schema.fields.get(key);
        if (field !== undefined && at.length < maxDepth) enter(key, value[key], field.schema);
        else if (schema.preserveUnknown !== true) {
          dropped.add(at, key);
          delete value[key];
        }
      }
      return;
    case "map":
      if (isObject(value)) for (const key of Object.keys(value)) enter(key, value[key], schema.values);
      return;
    case "list":
      if (Array.isArray(value)) value.forEach((item, index) => enter(index, item, schema.items));
      return;
    default:
  }
}
