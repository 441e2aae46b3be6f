import { indentJson, parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import { stringifyYaml } from "../codec/yaml-write.ts";
import type { JsonObject } from "../object/json.ts";
import type { ListMeta } from "../printing/list-meta.ts";
import type { ApiAnswer, BodySink } from "../request/exchange.ts";
import { CONTENT_TYPES, type Negotiated } from "../request/negotiation.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ListResult } from "./list.ts";
import { protobufAnswer } from "./protobuf-answer.ts";
import type { Registry } from "./registry.ts";

/** What an answer needs to know of its request. */
export interface Call {
  readonly registry: Registry;
  readonly endpoint: Endpoint;
  readonly accept: Negotiated;
  readonly query: URLSearchParams;
}

const JSON_HEADERS = { "content-type": "application/json" };

/** metadata of a list. */
export function listMetadata(result: ListResult): ListMeta {
  return {
    resourceVersion: String(result.revision),
    continue: result.continue,
    ...(result.remaining === undefined ? {} : { remainingItemCount: result.remaining }),
  };
}

/** Any JSON value as an answer: reviews, statuses, scales. */
export function valueAnswer({ accept, registry }: Pick<Call, "accept" | "registry">, value: JsonObject, status: number): ApiAnswer {
  const answer =
    accept.format === "protobuf"
      ? protobufAnswer(registry.protobufBodies.write(value), status)
      : encoded(accept, Buffer.from(`${stringifyJson(value)}\n`), status);
  // First, since to add a member to a copy takes several times as long.
  return { value, ...answer };
}

/**
 * JSON as the client wants it: as it is, indented, or as YAML. What streams is only gathered where it must be written
 * anew.
 */
export function encoded({ format, pretty }: Negotiated, json: Buffer | ((sink: BodySink) => Promise<void>), status: number): ApiAnswer {
  if (format === "json" && !pretty) return { status, headers: JSON_HEADERS, body: json, compressible: true };
  const rewrite = (bytes: Buffer): Buffer => {
    const text = bytes.toString("utf8").trimEnd();
    return Buffer.from(format === "yaml" ? stringifyYaml(parseOwnJson(text)) : `${indentJson(text)}\n`);
  };
  const headers = { "content-type": CONTENT_TYPES[format] };
  if (Buffer.isBuffer(json)) return { status, headers, body: rewrite(json), compressible: true, json: () => json };
  return {
    status,
    headers,
    compressible: true,
    json: () => json,
    body: async (sink) => {
      const pieces: Buffer[] = [];
      await json({
        write: (bytes) => pieces.push(bytes) > 0,
        drained: async () => {},
        pending: 0,
        closed: false,
        onClose: (callback) => sink.onClose(callback),
      });
      sink.write(rewrite(Buffer.concat(pieces)));
    },
  };
}
