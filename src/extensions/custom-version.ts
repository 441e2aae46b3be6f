import { parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import type { ReadonlyJsonObject } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { booleanIn, objectIn, objectsIn, stringIn } from "../object/read.ts";
import { schemaOf } from "../resources/apiextensions/schema-parts.ts";
import type { Column, ResourceDefinition } from "../resources/definition.ts";
import { applyDefaults, dropNulls } from "../schema/default.ts";
import { schemaFromOpenApi } from "../schema/from-openapi.ts";
import { prune } from "../schema/prune.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { customColumns } from "./custom-columns.ts";
import { parseJsonPath } from "./json-path.ts";

const PRESERVING: ReadonlyJsonObject = { "type": "object", "x-kubernetes-preserve-unknown-fields": true };

/** One entry of spec.versions. Most are rarely used: what they say beside their names waits as text until then. */
export class CustomVersion {
  readonly name: string;
  readonly apiVersion: string;
  readonly isServed: boolean;
  readonly isStorage: boolean;
  readonly subresources: ReadonlyJsonObject;
  readonly #text: Buffer;
  readonly #objectMeta: ObjectSchema;
  /** Parsed, while somebody reads it. */
  #raw: WeakRef<ReadonlyJsonObject> | undefined;
  #schema: ObjectSchema | undefined;
  #columns: readonly Column[] | undefined;
  #selectable: ResourceDefinition["selectableFields"] | undefined;

  constructor(raw: ReadonlyJsonObject, group: string, objectMeta: ObjectSchema) {
    this.name = stringIn(raw, "name");
    this.apiVersion = groupVersion(group, this.name);
    this.isServed = booleanIn(raw, "served");
    this.isStorage = booleanIn(raw, "storage");
    this.subresources = objectIn(raw, "subresources");
    const text = stringifyJson(raw);
    // Of its own: a piece of the pool would keep alive what was allocated beside it.
    this.#text = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    this.#text.write(text);
    this.#objectMeta = objectMeta;
  }

  /** The whole entry, as JSON. */
  get text(): string {
    return this.#text.toString("utf8");
  }

  get #entry(): ReadonlyJsonObject {
    let raw = this.#raw?.deref();
    if (raw === undefined) {
      raw = parseOwnJson(this.text) as ReadonlyJsonObject;
      this.#raw = new WeakRef(raw);
    }
    return raw;
  }

  /** The schema as it was written; one that lets everything through where there is none. */
  get openapi(): ReadonlyJsonObject {
    return schemaOf(this.#entry) ?? PRESERVING;
  }

  /** The same as every kind has it. */
  get schema(): ObjectSchema {
    return (this.#schema ??= schemaFromOpenApi(this.openapi, this.#objectMeta, { root: true }) as ObjectSchema);
  }

  /** What tables show of its objects. */
  get columns(): readonly Column[] {
    return (this.#columns ??= customColumns(this.#entry));
  }

  /** What field selectors may ask for, and how it is read. */
  get selectableFields(): ResourceDefinition["selectableFields"] {
    return (this.#selectable ??= selectableFields(this.#entry));
  }

  /** Takes out what the schema does not name, in place. */
  prune(object: KubeObject): void {
    prune(object, this.schema);
  }

  /** Makes what was stored once an object of this version as it is today, in place. */
  settle(object: KubeObject): void {
    object.apiVersion = this.apiVersion;
    prune(object, this.schema);
    dropNulls(object, this.schema);
    applyDefaults(object, this.schema);
  }
}

function selectableFields(version: ReadonlyJsonObject): ReadonlyMap<string, (object: KubeObject) => string> {
  const fields = new Map<string, (object: KubeObject) => string>([
    ["metadata.name", (object) => object.metadata.name ?? ""],
    ["metadata.namespace", (object) => object.metadata.namespace ?? ""],
  ]);
  for (const field of objectsIn(version, "selectableFields")) {
    const path = stringIn(field, "jsonPath");
    const read = parseJsonPath(path);
    fields.set(path.replace(/^\./, ""), (object) => {
      const [value] = read?.(object) ?? [];
      return value === undefined || value === null || typeof value === "object" ? "" : String(value);
    });
  }
  return fields;
}
