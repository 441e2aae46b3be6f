import { parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import { stringifyYaml } from "../codec/yaml-write.ts";
import type { JsonObject } from "../object/json.ts";
import { groupVersion } from "../object/kube-object.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import type { Negotiated } from "../request/negotiation.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { Endpoint } from "./endpoint.ts";
import { listBody } from "./list-answer.ts";
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
  const form = accept.transform?.kind === "PartialObjectMetadata" ? "metadata" : "object";
  return encoded(accept, objectBytes(record, endpoint.definition.hub, endpoint.served, form, registry.representations), status);
}

/** A list in the form that the client accepts. */
export function listAnswer(call: Call, result: ListResult): ApiAnswer {
  const { registry, endpoint, accept } = call;
  if (accept.transform?.kind === "Table") return tableAnswer(call, result, 200);
  const { definition, served } = endpoint;
  const form = accept.transform?.kind === "PartialObjectMetadataList" ? "metadata" : "object";
  const whole = form === "metadata" || definition.custom === true;
  const type = form === "metadata" ? { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" } : { kind: definition.listKind, apiVersion: groupVersion(served.group, served.version) };
  const body = listBody({ ...type, metadata: listMetadata(result) }, result.records.length, (index) => {
    const bytes = objectBytes(result.records[index] as ObjectRecord, definition.hub, served, form, registry.representations);
    return { bytes, start: whole ? 0 : itemStart(bytes) };
  });
  if (Buffer.isBuffer(body)) return encoded(accept, body, 200);
  if (accept.format === "json" && !accept.pretty) return { status: 200, headers: JSON_HEADERS, body, compressible: true };
  const items = result.records.map((record) => parseOwnJson(objectBytes(record, definition.hub, served, form, registry.representations).toString("utf8")) as JsonObject);
  if (!whole) for (const item of items) delete item["kind"], delete item["apiVersion"];
  return valueAnswer(accept, { ...type, metadata: listMetadata(result), items }, 200);
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
  return encoded(accept, Buffer.from(stringifyJson(value)), status);
}

/** JSON bytes as the client wants them: as they are, indented, or as YAML. */
function encoded(accept: Negotiated, json: Buffer, status: number): ApiAnswer {
  if (accept.format === "yaml") {
    return { status, headers: { "content-type": "application/yaml" }, body: Buffer.from(stringifyYaml(parseOwnJson(json.toString("utf8")))), compressible: true };
  }
  const body = accept.pretty ? Buffer.from(`${JSON.stringify(parseOwnJson(json.toString("utf8")), null, 2)}\n`) : json;
  return { status, headers: JSON_HEADERS, body, compressible: true };
}
