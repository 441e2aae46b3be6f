import { isObject } from "../../object/json.ts";
import type { ObjectSchema, ScalarSchema, Schema } from "../../schema/schema.ts";
import type { TypeProvider } from "../declaration.ts";
import { ObjectMap } from "../map.ts";
import { parseDuration, parseTimestamp } from "../time.ts";
import * as t from "../types.ts";
import type { Type } from "../types.ts";
import { Double, EvalError, List } from "../value.ts";
import type { Reader, Value } from "../value.ts";
import { readJson } from "./json.ts";
import { listSemantics } from "./list-semantics.ts";
import { escapeFieldName } from "./names.ts";
import { ObjectValue } from "./object-value.ts";

/** A struct type made of an object's schema: what its fields are called in expressions, and how each is read. */
export interface Shape {
  readonly type: Type;
  readonly schema: ObjectSchema;
  /** By the name in expressions. */
  readonly fields: ReadonlyMap<string, ShapeField>;
}

/** One field of a struct: its name in the object, and how it is read. */
export interface ShapeField {
  readonly name: string;
  readonly schema: Schema;
  readonly read: Reader;
}

/** A schema as expressions see it: its type, and how to read a value of it. */
export interface Declared {
  readonly type: Type;
  readonly read: Reader;
}

/** Field of every API object, which an embedded one has whatever its schema says. */
const metadataSchema: ObjectSchema = {
  type: "object",
  fields: new Map(["name", "generateName"].map((name) => [name, { name, schema: { type: "string" }, required: false, dropZero: false }])),
};

/**
 * Types of expressions from schemas. Each struct is made when it is first met, once per schema, so that types that
 * contain themselves are no trouble; nothing of a value is converted before an expression asks for it.
 */
export class SchemaTypes implements TypeProvider {
  readonly #byName = new Map<string, Shape>();
  readonly #bySchema = new Map<Schema, Shape>();
  readonly #readers = new Map<Schema, Reader>();
  readonly #nameInExpressions: (field: string) => string | undefined;
  readonly #isShown: (schema: Schema) => boolean;

  /**
   * Fields are named as escapeFieldName says, unless another way of naming them is given; `isShown` may keep some out of
   * sight.
   */
  constructor(
    nameInExpressions: (field: string) => string | undefined = escapeFieldName,
    isShown: (schema: Schema) => boolean = () => true,
  ) {
    this.#nameInExpressions = nameInExpressions;
    this.#isShown = isShown;
  }

  /** Declares a schema under a name that no other has. */
  declare(name: string, schema: Schema): Declared {
    return { type: this.typeOf(schema, name), read: this.readerOf(schema, name) };
  }

  findType(name: string): Type | undefined {
    return this.#byName.get(name)?.type;
  }

  findField(struct: string, field: string): Type | undefined {
    const found = this.#byName.get(struct)?.fields.get(field);
    return found === undefined ? undefined : this.typeOf(found.schema, `${struct}.${field}`);
  }

  fieldNames(struct: string): readonly string[] {
    return [...(this.#byName.get(struct)?.fields.keys() ?? [])];
  }

  /** A schema's type; `name` is for an object without a name of its own. */
  typeOf(schema: Schema, name: string): Type {
    switch (schema.type) {
      case "object":
        return this.#shape(schema, name).type;
      case "map":
        return t.mapType(t.stringType, this.typeOf(schema.values, `${name}.@elem`));
      case "list":
        return t.listType(this.typeOf(schema.items, `${name}.@idx`));
      case "any":
        return t.dynType;
      default:
        return scalarType(schema);
    }
  }

  /** How a value of a schema is read. */
  readerOf(schema: Schema, name: string): Reader {
    const known = this.#readers.get(schema);
    if (known !== undefined) return known;
    const inner = this.#reader(schema, name);
    const read: Reader = (raw) => (raw === null || raw === undefined ? readNull(schema) : inner(raw));
    this.#readers.set(schema, read);
    return read;
  }

  #reader(schema: Schema, name: string): Reader {
    switch (schema.type) {
      case "object":
        return this.#objectReader(schema, name);
      case "map": {
        const values = later(() => this.readerOf(schema.values, `${name}.@elem`));
        return (raw) => (isObject(raw) ? new ObjectMap(raw, values) : wrongType("map"));
      }
      case "list": {
        const items = later(() => this.readerOf(schema.items, `${name}.@idx`));
        const semantics = listSemantics(schema);
        return (raw) => (Array.isArray(raw) ? new List(raw, items, semantics) : wrongType("list"));
      }
      case "any":
        return readJson;
      default:
        return scalarReader(schema);
    }
  }

  #objectReader(schema: ObjectSchema, name: string): Reader {
    let shape: Shape | undefined;
    return (raw) => {
      if (!isObject(raw)) return wrongType("object");
      shape ??= this.#shape(schema, name);
      return new ObjectValue(raw, shape);
    };
  }

  #shape(schema: ObjectSchema, path: string): Shape {
    const known = this.#bySchema.get(schema);
    if (known !== undefined) return known;
    const name = schema.name ?? path;
    const fields = new Map<string, ShapeField>();
    const shape: Shape = { type: t.structType(name), schema, fields };
    this.#bySchema.set(schema, shape);
    this.#byName.set(name, shape);
    const add = (field: string, of: () => Schema): void => {
      const escaped = this.#nameInExpressions(field);
      if (escaped === undefined || fields.has(escaped)) return;
      const read = later(() => this.readerOf(of(), `${name}.${escaped}`));
      fields.set(escaped, {
        name: field,
        get schema() {
          return of();
        },
        read,
      });
    };
    for (const [field, declared] of schema.fields) if (this.#isShown(declared.schema)) add(field, () => declared.schema);
    if (schema.embedded === true) {
      add("apiVersion", () => ({ type: "string" }));
      add("kind", () => ({ type: "string" }));
      add("metadata", () => metadataSchema);
    }
    return shape;
  }
}

/** A reader that is looked up when it is first used. */
function later(find: () => Reader): Reader {
  let read: Reader | undefined;
  return (raw) => {
    read ??= find();
    return read(raw);
  };
}

function readNull(schema: Schema): Value {
  if (schema.nullable === true || schema.type === "any") return null;
  throw new EvalError("invalid data, got null for schema with nullable=false");
}

function wrongType(wanted: string): never {
  throw new EvalError(`invalid data, expected a ${wanted} to match the schema`);
}

function scalarType(schema: ScalarSchema): Type {
  switch (schema.type) {
    case "boolean":
      return t.boolType;
    case "int32":
    case "int64":
      return t.intType;
    case "number":
      return t.doubleType;
    case "bytes":
      return t.bytesType;
    case "time":
    case "microTime":
      return t.timestampType;
    case "quantity":
    case "intOrString":
      return t.dynType;
    case "string":
    case "duration":
      switch (schema.format) {
        case "byte":
          return t.bytesType;
        case "date":
        case "date-time":
          return t.timestampType;
        case "duration":
          return t.durationType;
        default:
          return t.stringType;
      }
  }
}

function scalarReader(schema: ScalarSchema): Reader {
  switch (scalarType(schema).kind) {
    case "bool":
      return (raw) => (typeof raw === "boolean" ? raw : wrongType("boolean"));
    case "int":
      return (raw) => (typeof raw === "bigint" || (typeof raw === "number" && Number.isInteger(raw)) ? raw : wrongType("integer"));
    case "double":
      return (raw) => (typeof raw === "number" || typeof raw === "bigint" ? new Double(Number(raw)) : wrongType("number"));
    case "bytes":
      return (raw) => (typeof raw === "string" ? new Uint8Array(Buffer.from(raw, "base64")) : wrongType("string"));
    case "timestamp":
      return (raw) => (typeof raw === "string" ? readTime(raw) : wrongType("string"));
    case "duration":
      return (raw) => (typeof raw === "string" ? (parseDuration(raw) ?? wrongType("duration")) : wrongType("string"));
    case "string":
      return (raw) => (typeof raw === "string" ? raw : wrongType("string"));
    default:
      return readJson;
  }
}

function readTime(text: string): Value {
  return parseTimestamp(text) ?? parseTimestamp(`${text}T00:00:00Z`) ?? wrongType("date-time");
}
