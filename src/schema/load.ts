import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { GroupVersionKind } from "../object/kube-object.ts";
import { groupVersion } from "../object/kube-object.ts";
import type { AnySchema, Field, ObjectSchema, ProtoField, ScalarSchema, ScalarType, Schema, Union } from "./schema.ts";
import type { FieldRecord, TypeRecord, TypesFile } from "./table.ts";

/** All built-in types of one release. Types are made on first use. */
export interface TypeTable {
  /** The type of an OpenAPI definition. A name that the table lacks is a bug of the caller: throws. */
  schemaFor(definition: string): ObjectSchema;
  /** The type of a kind; undefined where the release has no such kind. */
  schemaForKind(kind: GroupVersionKind): ObjectSchema | undefined;
  /** Definition name of a kind. */
  definitionOf(kind: GroupVersionKind): string | undefined;
  /** The kinds that a definition stands for: none, one, or many (DeleteOptions is one of every group). */
  kindsOf(definition: string): readonly GroupVersionKind[];
  /** Every definition's name, in order. */
  readonly definitions: readonly string[];
}

/** Reads `types.json` of a release's data directory (a path or a file: URL). */
export function loadTypes(dataDirectory: string | URL): TypeTable {
  const directory = typeof dataDirectory === "string" ? dataDirectory : fileURLToPath(dataDirectory);
  return typeTable(JSON.parse(readFileSync(join(directory, "types.json"), "utf8")) as TypesFile);
}

/** Makes a table of types from the generator's records. */
function typeTable(file: TypesFile): TypeTable {
  const types = new Map(Object.entries(file.types));
  const kinds = new Map(Object.entries(file.kinds));
  const made = new Map<string, ObjectSchema>();
  let inverse: ReadonlyMap<string, readonly GroupVersionKind[]> | undefined;
  const schemaFor = (definition: string): ObjectSchema => {
    const known = made.get(definition);
    if (known !== undefined) return known;
    const record = types.get(definition);
    if (record === undefined) throw new Error(`the tables have no type ${definition}`);
    const schema = new TableObject(definition, record, schemaFor);
    made.set(definition, schema);
    return schema;
  };
  const definitionOf = (kind: GroupVersionKind) => kinds.get(`${groupVersion(kind.group, kind.version)}/${kind.kind}`);
  return {
    schemaFor,
    schemaForKind: (kind) => {
      const definition = definitionOf(kind);
      return definition === undefined ? undefined : schemaFor(definition);
    },
    definitionOf,
    kindsOf: (definition) => {
      inverse ??= invert(kinds);
      return inverse.get(definition) ?? [];
    },
    definitions: [...types.keys()],
  };
}

/** Kinds by definition; the keys of `kinds` are "apps/v1/Deployment" or, for the core group, "v1/Pod". */
function invert(kinds: ReadonlyMap<string, string>): Map<string, GroupVersionKind[]> {
  const inverse = new Map<string, GroupVersionKind[]>();
  for (const [key, definition] of kinds) {
    const parts = key.split("/");
    const [group, version, kind] = parts.length === 2 ? ["", ...parts] : parts;
    inverse.set(definition, [
      ...(inverse.get(definition) ?? []),
      { group: group as string, version: version as string, kind: kind as string },
    ]);
  }
  return inverse;
}

type Resolve = (definition: string) => ObjectSchema;

class TableObject implements ObjectSchema {
  readonly type = "object";
  readonly name: string;
  readonly atomic?: boolean;
  readonly unions?: readonly Union[];
  readonly #record: TypeRecord;
  readonly #resolve: Resolve;
  #fields: ReadonlyMap<string, Field> | undefined;
  #zeros: readonly Field[] | undefined;
  #defaulted: readonly Field[] | undefined;

  constructor(name: string, record: TypeRecord, resolve: Resolve, atomic = record.atomic) {
    this.name = name;
    this.#record = record;
    this.#resolve = resolve;
    if (atomic !== undefined) this.atomic = atomic;
    if (record.unions !== undefined) this.unions = record.unions;
  }

  get fields(): ReadonlyMap<string, Field> {
    this.#fields ??= new Map(
      Object.entries(this.#record.fields).map(([name, field]) => [name, new TableField(name, field, this.#resolve)]),
    );
    return this.#fields;
  }

  get zeros(): readonly Field[] {
    this.#zeros ??= [...this.fields.values()].filter((field) => field.zero !== undefined);
    return this.#zeros;
  }

  get defaulted(): readonly Field[] {
    this.#defaulted ??= [...this.fields.values()].filter((field) => field.default !== undefined);
    return this.#defaulted;
  }

  /** The same type, owned as a whole or member by member as one field says. */
  ownedAs(atomic: boolean): ObjectSchema {
    return new TableObject(this.name, this.#record, this.#resolve, atomic);
  }
}

class TableField implements Field {
  readonly name: string;
  readonly element: string;
  readonly required: boolean;
  readonly dropZero: boolean;
  readonly default?: ReadonlyJson;
  readonly documentedDefault?: ReadonlyJson;
  readonly patchStrategy?: readonly ("merge" | "replace" | "retainKeys")[];
  readonly patchMergeKey?: string;
  readonly proto?: ProtoField;
  readonly embedded?: string;
  readonly #record: FieldRecord;
  readonly #resolve: Resolve;
  #schema: Schema | undefined;
  #zero: ReadonlyJson | undefined;

  constructor(name: string, record: FieldRecord, resolve: Resolve) {
    this.name = name;
    this.element = `f:${name}`;
    this.#record = record;
    this.#resolve = resolve;
    this.required = record.required === true;
    this.dropZero = record.omitEmpty === true;
    if (record.default !== undefined) this.default = record.default;
    if (record.documentedDefault !== undefined) this.documentedDefault = record.documentedDefault;
    if (record.patchStrategy !== undefined) this.patchStrategy = strategies(record.patchStrategy);
    if (record.patchMergeKey !== undefined) this.patchMergeKey = record.patchMergeKey;
    if (record.embedded !== undefined) this.embedded = record.embedded;
    if (record.proto !== undefined) this.proto = protoField(record.proto);
  }

  get schema(): Schema {
    this.#schema ??= schemaOf(this.#record.type, this.#record, this.#resolve);
    return this.#schema;
  }

  get zero(): ReadonlyJson | undefined {
    if (this.#record.zero === undefined) return undefined;
    this.#zero ??= this.schema.type === "object" && this.#record.zero !== null ? zeroStruct(this.schema) : this.#record.zero;
    return this.#zero;
  }
}

/** An absent Go struct that is not a pointer is written with its own zeros, and theirs. Such structs never recur. */
function zeroStruct(schema: ObjectSchema): ReadonlyJson {
  const zero: { [name: string]: ReadonlyJson } = {};
  for (const field of schema.zeros ?? []) if (field.zero !== undefined) zero[field.name] = field.zero;
  return Object.freeze(zero) as ReadonlyJsonObject;
}

function strategies(text: string): ("merge" | "replace" | "retainKeys")[] {
  return text.split(",").filter((word) => word === "merge" || word === "replace" || word === "retainKeys");
}

function protoField(numbers: number | readonly number[]): ProtoField {
  if (typeof numbers === "number") return { number: numbers };
  return { number: numbers[numbers.length - 1] ?? 0, inlined: numbers.slice(0, -1) };
}

const plainScalars: ReadonlyMap<string, ScalarSchema> = new Map(
  (
    [
      "string",
      "boolean",
      "int32",
      "int64",
      "number",
      "bytes",
      "time",
      "microTime",
      "duration",
      "quantity",
      "intOrString",
    ] satisfies ScalarType[]
  ).map((type) => [type, Object.freeze({ type })]),
);

const jsonSchemaProps = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

/** The schema behind a type's text; `record` says the rest. */
function schemaOf(type: string, record: FieldRecord, resolve: Resolve): Schema {
  const goType = record.goType;
  const named = goType === undefined || goType.startsWith("[]") ? {} : { goType };
  if (type.startsWith("[]")) {
    const items = schemaOf(type.slice(2), withItemType(record), resolve);
    return {
      type: "list",
      items,
      listType: record.listType ?? "atomic",
      listTypeDeclared: record.listType !== undefined,
      keys: record.keys ?? [],
      ...named,
    };
  }
  if (type.startsWith("{}")) {
    const values = schemaOf(type.slice(2), withItemType(record), resolve);
    return { type: "map", values, ...(record.atomic !== undefined && { atomic: record.atomic }), ...named };
  }
  const scalar = plainScalars.get(type);
  if (scalar !== undefined) {
    if (record.enum === undefined && record.format === undefined && goType === undefined) return scalar;
    return {
      ...scalar,
      ...(record.enum && { enum: record.enum }),
      ...(record.format && { format: record.format }),
      ...(goType && { goType }),
    };
  }
  return anySchemas[type]?.(resolve) ?? objectOf(type, record, resolve);
}

/** []v1.X and map[string]v1.X name their items' type too; other names are the list's or map's own. */
function withItemType(record: FieldRecord): FieldRecord {
  const { goType, ...rest } = record;
  const item = /^(?:\[\]|map\[[^\]]*\])(.*)$/.exec(goType ?? "")?.[1];
  return item === undefined ? rest : { ...rest, goType: item };
}

function objectOf(type: string, record: FieldRecord, resolve: Resolve): ObjectSchema {
  const schema = resolve(type);
  return record.atomic !== undefined && schema instanceof TableObject ? schema.ownedAs(record.atomic) : schema;
}

const anySchemas: Readonly<Record<string, (resolve: Resolve) => AnySchema>> = {
  rawExtension: () => ({ type: "any", any: "rawExtension" }),
  fieldsV1: () => ({ type: "any", any: "fieldsV1" }),
  json: () => ({ type: "any", any: "json" }),
  jsonSchemaPropsOrArray: (resolve) => ({ type: "any", any: "jsonSchemaProps", alternative: "array", of: resolve(jsonSchemaProps) }),
  jsonSchemaPropsOrBool: (resolve) => ({ type: "any", any: "jsonSchemaProps", alternative: "boolean", of: resolve(jsonSchemaProps) }),
  jsonSchemaPropsOrStringArray: (resolve) => ({
    type: "any",
    any: "jsonSchemaProps",
    alternative: "stringArray",
    of: resolve(jsonSchemaProps),
  }),
};
