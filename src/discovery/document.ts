import { createHash } from "node:crypto";
import { indentJson, stringifyJson } from "../codec/json-text.ts";
import { stringifyYaml } from "../codec/yaml-write.ts";
import type { ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { CONTENT_TYPES, type Negotiated } from "../request/negotiation.ts";

/** A document of a built-in kind as a protobuf body. */
export type WriteProtobuf = (value: ReadonlyJsonObject) => Buffer;

/** A document that is sent as it is to whoever asks. Its plain JSON is kept as bytes; other forms are rare and made each time. */
export class JsonDocument {
  readonly value: ReadonlyJsonObject;
  #bytes: Buffer | undefined;
  #etag: string | undefined;

  constructor(value: ReadonlyJsonObject) {
    this.value = value;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(`${stringifyJson(this.value)}\n`);
    return this.#bytes;
  }

  /** A quoted entity tag over the content. */
  get etag(): string {
    this.#etag ??= `"${contentHash(this.bytes)}"`;
    return this.#etag;
  }

  /** The document as an answer, in the form that was agreed on. */
  answer(agreed: Negotiated, protobuf: WriteProtobuf, headers: ApiAnswer["headers"] = {}): ApiAnswer {
    const body = this.#body(agreed, protobuf);
    return { status: 200, headers: { "content-type": CONTENT_TYPES[agreed.format], ...headers }, body, compressible: true };
  }

  #body({ format, pretty }: Negotiated, protobuf: WriteProtobuf): Buffer {
    switch (format) {
      case "yaml":
        return Buffer.from(stringifyYaml(this.value));
      case "protobuf":
        return protobuf(this.value);
      case "json":
        return pretty ? indented(this.value) : this.bytes;
    }
  }
}

/** JSON indented by two spaces, as the original writes for people. */
export function indented(value: ReadonlyJson): Buffer {
  return Buffer.from(indentJson(stringifyJson(value)));
}

/** A hash of content in the form that the original uses for entity tags and hashed addresses. */
export function contentHash(bytes: Buffer | string): string {
  return createHash("sha512").update(bytes).digest("hex").toUpperCase();
}
