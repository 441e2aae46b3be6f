import type { ReadonlyJson } from "../object/json.ts";

/**
 * A type, as data. Built-in types come from the tables in `data/`, custom resources' from their definition; both are
 * walked by the same engine (decode, default, prune, patch, apply, CEL, OpenAPI).
 */
export type Schema = ScalarSchema | ObjectSchema | MapSchema | ListSchema | AnySchema;

/** What a scalar is on the wire and, for messages and protobuf, what it is in the original's type system. */
export type ScalarType =
  | "string"
  | "boolean"
  | "int32"
  | "int64"
  | "number"
  | "bytes" // base64 text in JSON
  | "time" // RFC 3339, seconds
  | "microTime" // RFC 3339, six digits of fraction
  | "duration" // text such as 1h0m0s
  | "quantity" // text or number in, canonical text out
  | "intOrString";

interface SchemaCommon {
  /** JSON null is a value of its own here (custom resources' `nullable`); elsewhere null means absent. */
  readonly nullable?: boolean;
  /** Checks that a custom resource's schema adds to the type (enum, pattern, bounds, anyOf, CEL rules…). */
  readonly validations?: ReadonlyJson;
  /** What the original calls the type in messages, where it has a name of its own: v1.PullPolicy, v1.ResourceList. */
  readonly goType?: string;
}

/** A text, a number, a boolean, or what is written as one. */
export interface ScalarSchema extends SchemaCommon {
  readonly type: ScalarType;
  readonly enum?: readonly string[];
  /** OpenAPI format, where it says more than the type. */
  readonly format?: string;
}

/** A struct: a fixed set of named fields. */
export interface ObjectSchema extends SchemaCommon {
  readonly type: "object";
  /** OpenAPI definition name, such as io.k8s.api.core.v1.Container; undefined for anonymous objects. */
  readonly name?: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Those of the fields that are written when absent (`zero`), so that a decoder need not look at all of them. */
  readonly zeros?: readonly Field[];
  /** Those of the fields that have a default; absent: look at all of them. */
  readonly defaulted?: readonly Field[];
  /** Members without a field are kept (x-kubernetes-preserve-unknown-fields). */
  readonly preserveUnknown?: boolean;
  /** Owned as a whole (x-kubernetes-map-type: atomic). */
  readonly atomic?: boolean;
  /** The object is itself a whole API object with apiVersion, kind and metadata. */
  readonly embedded?: boolean;
  /** Members that exclude one another (x-kubernetes-unions), by discriminator. */
  readonly unions?: readonly Union[];
}

/** Members of which one at most is set. */
export interface Union {
  readonly discriminator?: string;
  /** Field name → discriminator value. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A member of a struct. */
export interface Field {
  readonly name: string;
  /** Its step in a FieldsV1 (KEP-555), `f:` and the name: one text for all objects, since making it takes longer than a look-up by it. */
  readonly element?: string;
  /** Resolved on first use: types refer to one another, and few of them are met in a process's life. */
  readonly schema: Schema;
  readonly required: boolean;
  /** A static default of the API (never a Go zero value). */
  readonly default?: ReadonlyJson;
  /** A zero that documents show as default although it is never filled in: absent and zero are one to the original. */
  readonly documentedDefault?: ReadonlyJson;
  /** What the original writes when the member is absent: the Go zero value of a field without omitempty. */
  readonly zero?: ReadonlyJson | undefined;
  /**
   * A zero value (empty string, 0, false, [], {}) is not distinguished from absence and never written: a Go value
   * field with omitempty. False for pointers, whose zero values are kept.
   */
  readonly dropZero: boolean;
  readonly patchStrategy?: readonly ("merge" | "replace" | "retainKeys")[];
  readonly patchMergeKey?: string;
  /** Protobuf field number and, where the JSON member lies in an embedded message, the path to it. */
  readonly proto?: ProtoField;
  /** Names of the embedded structs in which the member lies in the original, joined by dots; messages show them. */
  readonly embedded?: string;
}

/** Where a member lies in its protobuf message. */
export interface ProtoField {
  readonly number: number;
  /** Field numbers of the embedded messages that JSON flattens, outermost first. */
  readonly inlined?: readonly number[];
}

/** A map from string keys to values of one type. */
export interface MapSchema extends SchemaCommon {
  readonly type: "map";
  readonly values: Schema;
  readonly atomic?: boolean;
}

/** A list; how its items are told apart by patches and field ownership. */
export interface ListSchema extends SchemaCommon {
  readonly type: "list";
  readonly items: Schema;
  readonly listType: "atomic" | "set" | "map";
  /** Whether the API says that the list is atomic; where it says nothing, it is atomic too. */
  readonly listTypeDeclared?: boolean;
  /** Members that identify an item of a "map" list. */
  readonly keys: readonly string[];
}

/** Any JSON (RawExtension, FieldsV1, JSON, a custom resource's untyped part). */
export interface AnySchema extends SchemaCommon {
  readonly type: "any";
  /** Which untyped thing it is: some must be objects. */
  readonly any: "rawExtension" | "fieldsV1" | "json" | "jsonSchemaProps";
  /** jsonSchemaProps: what may stand there instead of a schema. */
  readonly alternative?: "array" | "boolean" | "stringArray";
  /** jsonSchemaProps: the schema of a schema. */
  readonly of?: Schema;
}
