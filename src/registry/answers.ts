import { indentJson, parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import { stringifyYaml } from "../codec/yaml-write.ts";
import type { JsonObject } from "../object/json.ts";
import { groupVersion } from "../object/kube-object.ts";
import type { ApiAnswer, BodySink } from "../request/exchange.ts";
import { CONTENT_TYPES, type Negotiated } from "../request/negotiation.ts";
import { listMetaJson, partialMetadataListFrame } from "../printing/list-meta.ts";
import type { MetaVersion } from "../printing/partial-metadata.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { Endpoint } from "./endpoint.ts";
import { piecesBody } from "./list-answer.ts";
import type { ListResult } from "./list.ts";
import type { Registry } from "./registry.ts";
import { itemStart, objectBytes } from "./representation.ts";
import { tableAnswer } from "./table-answer.ts";

/** What an answer needs to know of its request. */
export interface Call {
  readonly registry: Registry;
  readonly endpoint: Endpoint;
  readonly accept: Negotiated;
  readonly query: URLSearchParams;
}

const JSON_HEADERS = { "content-type": "application/json" };

/** One object in the form that the client accepts. */
export function objectAnswer(call: Call, record: ObjectRecord, status = 200): ApiAnswer {
  const { registry, endpoint, accept } = call;
  if (accept.transform?.kind === "Table") return tableAnswer(call, { records: [record], revision: record.revision, continue: "", remaining: undefined }, status);
  const form = accept.transform === undefined ? "object" : metaVersion(accept);
  return encoded(accept, Buffer.concat([objectBytes(record, endpoint.definition.hub, endpoint.served, form, registry.representations), NEWLINE]), status);
}

/** A list in the form that the client accepts. */
export function listAnswer(call: Call, result: ListResult): ApiAnswer {
  const { registry, endpoint, accept } = call;
  if (accept.transform?.kind === "Table") return tableAnswer(call, result, 200);
  const { definition, served } = endpoint;
  const form = accept.transform === undefined ? "object" : metaVersion(accept);
  const whole = form !== "object" || definition.custom === true;
  const { header, footer } =
    form === "object"
      ? { header: Buffer.from(`{"kind":"${definition.listKind}","apiVersion":"${groupVersion(served.group, served.version)}","metadata":${listMetaJson(listMetadata(result))},"items":[`), footer: LIST_END }
      : partialMetadataListFrame(form, listMetadata(result), result.records.length === 0);
  const body = piecesBody(header, footer, result.records.length, (index) => {
    const bytes = objectBytes(result.records[index] as ObjectRecord, definition.hub, served, form, registry.representations);
    return { bytes, start: whole ? 0 : itemStart(bytes) };
  });
  return encoded(accept, body, 200);
}

const LIST_END = Buffer.from("]}\n");
const NEWLINE = Buffer.from("\n");

function metaVersion({ transform }: Negotiated): MetaVersion {
  return transform?.version === "v1beta1" ? "v1beta1" : "v1";
}

/** metadata of a list. */
export function listMetadata(result: ListResult): { resourceVersion: string; continue?: string; remainingItemCount?: number } {
  return {
    resourceVersion: String(result.revision),
    ...(result.continue === "" ? {} : { continue: result.continue }),
    ...(result.remaining === undefined ? {} : { remainingItemCount: result.remaining }),
  };
}

/** Any JSON value as an answer: reviews, statuses, scales. */
export function valueAnswer(accept: Negotiated, value: JsonObject, status: number): ApiAnswer {
  return encoded(accept, Buffer.from(`${stringifyJson(value)}\n`), status);
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
  if (Buffer.isBuffer(json)) return { status, headers, body: rewrite(json), compressible: true };
  return {
    status,
    headers,
    compressible: true,
    body: async (sink) => {
      const pieces: Buffer[] = [];
      await json({ write: (bytes) => pieces.push(bytes) > 0, drained: async () => {}, pending: 0, closed: false, onClose: (callback) => sink.onClose(callback) });
      sink.write(rewrite(Buffer.concat(pieces)));
    },
  };
}
