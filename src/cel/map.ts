import { Double, Uint, int } from "./value.ts";
import type { MapValue, Reader, Value } from "./value.ts";

type Key = string | boolean | number | bigint;

/** A map literal's value, or one that a loop fills. */
export class EntryMap implements MapValue {
  readonly kind = "map";
  readonly #entries = new Map<Key, { readonly key: Value; readonly value: Value }>();

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Value | undefined {
    const normal = mapKey(key);
    return normal === undefined ? undefined : this.#entries.get(normal)?.value;
  }

  keys(): readonly Value[] {
    return Array.from(this.#entries.values(), (entry) => entry.key);
  }

  /** Adds an entry, before the map is handed out. False where the key is there already. */
  add(key: Value, value: Value): boolean {
    const normal = mapKey(key);
    if (normal === undefined || this.#entries.has(normal)) return false;
    this.#entries.set(normal, { key, value });
    return true;
  }
}

/** A JSON object as a map: keys are strings, values are read as they are asked for. */
export class ObjectMap implements MapValue {
  readonly kind = "map";
  readonly object: Readonly<Record<string, unknown>>;
  readonly read: Reader;
  #keys: readonly string[] | undefined;
  #read: Map<string, Value> | undefined;

  constructor(object: Readonly<Record<string, unknown>>, read: Reader) {
    this.object = object;
    this.read = read;
  }

  get size(): number {
    return this.keys().length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== "string" || !Object.hasOwn(this.object, key)) return undefined;
    const raw = this.object[key];
    if (typeof raw !== "object" || raw === null) return raw === undefined ? undefined : this.read(raw);
    // a list or object is wrapped once, so that what it has learnt of itself is there for the next reader
    const known = this.#read?.get(key);
    if (known !== undefined) return known;
    const value = this.read(raw);
    (this.#read ??= new Map()).set(key, value);
    return value;
  }

  keys(): readonly string[] {
    this.#keys ??= Object.keys(this.object).filter((key) => this.object[key] !== undefined);
    return this.#keys;
  }
}

/** A key as it is looked up: numbers of any type are one key if they are equal. Undefined for what is no key. */
export function mapKey(key: Value): Key | undefined {
  if (typeof key === "string" || typeof key === "boolean" || typeof key === "number" || typeof key === "bigint") return key;
  if (key instanceof Uint) return int(key.value);
  if (key instanceof Double && Number.isInteger(key.value)) return int(BigInt(key.value));
  return undefined;
}
