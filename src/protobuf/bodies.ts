import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import { parseGroupVersion } from "../object/kube-object.ts";
import type { TypeTable } from "../schema/load.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { envelopeHead, openEnvelope } from "./envelope.ts";
import { ProtobufReader } from "./read.ts";
import { ProtobufWriter } from "./write.ts";

/** Whole bodies of built-in kinds, which say themselves what they are. */
export class ProtobufBodies {
  readonly #types: TypeTable;
  readonly #reader = new ProtobufReader();
  readonly #writer = new ProtobufWriter();
  /** By what bodies say they are: the server's own kinds, so that there are not many. */
  readonly #heads = new Map<string, Buffer>();

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
    return this.writeAs(apiVersion as string, kind as string, value, schema);
  }

  /** An object of one of the server's kinds, whose type is at hand. */
  writeAs(apiVersion: string, kind: string, object: ReadonlyJsonObject, schema: ObjectSchema): Buffer {
    return this.#writer.body(this.head(apiVersion, kind), object, schema);
  }

  /** How bodies of one of the server's kinds begin, up to their message. */
  head(apiVersion: string, kind: string): Buffer {
    const name = `${apiVersion} ${kind}`;
    let head = this.#heads.get(name);
    if (head === undefined) this.#heads.set(name, (head = envelopeHead(apiVersion, kind)));
    return head;
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
