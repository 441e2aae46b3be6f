import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import type { TypeTable } from "../schema/load.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { envelope, openEnvelope, PAYLOAD } from "./envelope.ts";
import { ProtobufReader } from "./read.ts";
import { ProtobufWriter } from "./write.ts";

/** Whole bodies of built-in kinds, which say themselves what they are. */
export class ProtobufBodies {
  readonly #types: TypeTable;
  readonly #reader = new ProtobufReader();
  readonly #writer = new ProtobufWriter();

  constructor(types: TypeTable) {
    this.#types = types;
  }

  /**
   * A value of a built-in kind, in its envelope: a Status, a review. Some documents of discovery say no apiVersion, and
   * their envelopes don't either. A kind that has no type is a bug: throws.
   */
  write(value: ReadonlyJsonObject): Buffer {
    const { apiVersion = "", kind } = value;
    const schema = this.#schemaOf(apiVersion, kind);
    if (schema === undefined) throw new TypeError(`${String(apiVersion)} ${String(kind)} has no protobuf form`);
    return envelope(apiVersion as string, kind as string, this.#writer.field(PAYLOAD, value, schema));
  }

  /** The object in a body; undefined where its kind has no type. Errors: ProtobufError. */
  read(bytes: Buffer): JsonObject | undefined {
    const { apiVersion, kind, raw } = openEnvelope(bytes);
    const schema = this.#schemaOf(apiVersion, kind);
    return schema && { kind, apiVersion, ...this.#reader.read(raw, schema) };
  }

  #schemaOf(apiVersion: unknown, kind: unknown): ObjectSchema | undefined {
    const version = typeof apiVersion === "string" ? parseGroupVersion(apiVersion === "" ? "v1" : apiVersion) : undefined;
    return version && typeof kind === "string" ? this.#types.schemaForKind({ ...version, kind }) : undefined;
  }
}
