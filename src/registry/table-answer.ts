import { stringifyJson } from "../codec/json-text.ts";
import { isObject, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { ListMeta } from "../printing/list-meta.ts";
import { includeObject, TABLE_FOOTER, tableHeader, TableRow, type RowRules } from "../printing/table.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { ageSince } from "../resources/common-cells.ts";
import type { Column } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { encoded, listMetadata, type Call } from "./encode-answer.ts";
import { bookmarkMetadata, jsonEvents } from "./event-encoder.ts";
import { piecesBody } from "./list-answer.ts";
import type { ListResult } from "./list.ts";
import { metaVersion, objectBytes } from "./representation.ts";
import type { EventEncoder, WatchEventType } from "./watch.ts";

/** Lists and objects as meta.k8s.io Tables: what `kubectl get` shows. */
export function tableAnswer(call: Call, result: ListResult, status: number): ApiAnswer {
  const include = includeObject(call.query.get("includeObject"));
  const version = metaVersion(call.accept);
  const now = call.registry.clock();
  const header = tableHeader(version, listMetadata(result), columnsOf(call));
  const { rowOrder } = call.endpoint.definition;
  const records = rowOrder === undefined ? result.records : result.records.toSorted((a, b) => rowOrder(a.object(), b.object()));
  const body = piecesBody(header, TABLE_FOOTER, records.length, (index) => {
    const record = records[index] as ObjectRecord;
    return { bytes: row(call, record, now).write(now, include, version, ownBytes(call, record)), start: 0 };
  });
  return encoded(call.accept, body, status);
}

/** The events of a watch as one-row Tables; the columns come with the first. */
export function tableEvents(call: Call): EventEncoder {
  const { definition } = call.endpoint;
  const include = includeObject(call.query.get("includeObject"));
  const version = metaVersion(call.accept);
  const plain = jsonEvents(definition, call.endpoint.served, "object", call.registry.representations);
  let columns: readonly Column[] | undefined = columnsOf(call);
  const frame = (type: WatchEventType | "BOOKMARK", revision: number, rowBytes: Buffer): Buffer => {
    const header = tableHeader(version, { resourceVersion: String(revision) }, columns);
    columns = undefined;
    return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), header, rowBytes, Buffer.from("]}}\n")]);
  };
  return {
    shared: undefined,
    event: (type, record) => {
      const now = call.registry.clock();
      return frame(type, record.revision, row(call, record, now).write(now, include, version, ownBytes(call, record)));
    },
    bookmark: (revision, initialEventsEnd) => {
      const object = { kind: call.endpoint.served.kind, apiVersion: "", metadata: bookmarkMetadata(revision, initialEventsEnd) };
      const now = call.registry.clock();
      return frame(
        "BOOKMARK",
        revision,
        new TableRow(object, rules(call), now).write(now, include, version, Buffer.from(stringifyJson(object))),
      );
    },
    error: (status) => plain.error(status),
  };
}

const SCALE_COLUMNS: readonly Column[] = [
  {
    name: "Name",
    type: "string",
    format: "",
    priority: 0,
    description: "Name of the object that is scaled.",
    cell: (scale) => scale.metadata.name ?? "",
  },
  {
    name: "Desired",
    type: "integer",
    format: "",
    priority: 0,
    description: "Replicas that are asked for.",
    cell: (scale) => replicas(scale, "spec"),
  },
  {
    name: "Available",
    type: "integer",
    format: "",
    priority: 0,
    description: "Replicas that there are.",
    cell: (scale) => replicas(scale, "status"),
  },
  {
    name: "Age",
    type: "string",
    format: "",
    priority: 0,
    description: "Time since the object was created.",
    cell: (scale, now) => ageSince(scale.metadata.creationTimestamp, now),
  },
];

/** A Scale as a Table. */
export function scaleTable(call: Call, scale: KubeObject): ApiAnswer {
  return valuesTable(call, SCALE_COLUMNS, [scale], { resourceVersion: scale.metadata.resourceVersion });
}

/** What is not stored, as a Table: an object, or a list of some. */
export function valueTable(call: Call, value: JsonObject): ApiAnswer {
  const { items } = value;
  const objects = (Array.isArray(items) ? items : [value]).filter(isObject);
  return valuesTable(call, columnsOf(call), objects as readonly JsonObject[] as readonly KubeObject[], {});
}

function valuesTable(call: Call, columns: readonly Column[], objects: readonly KubeObject[], meta: ListMeta): ApiAnswer {
  const now = call.registry.clock();
  const version = metaVersion(call.accept);
  const include = includeObject(call.query.get("includeObject"));
  const body = piecesBody(tableHeader(version, meta, columns), TABLE_FOOTER, objects.length, (index) => {
    const object = objects[index] as KubeObject;
    const bytes = Buffer.from(stringifyJson(object));
    return { bytes: new TableRow(object, { columns }, now).write(now, include, version, bytes), start: 0 };
  });
  return encoded(call.accept, body, 200);
}

function replicas(scale: KubeObject, part: "spec" | "status"): number {
  const { replicas: count = 0 } = scale[part] as { readonly replicas?: number };
  return count;
}

/** The row of an object version, made on first use and kept with it. */
function row(call: Call, record: ObjectRecord, now: number): TableRow {
  const { rows } = call.registry;
  if (columnsOf(call) !== call.endpoint.definition.columns) return new TableRow(record.object(), rules(call), now);
  let made = rows.get(record);
  if (made === undefined) rows.set(record, (made = new TableRow(record.object(), rules(call), now)));
  return made;
}

function columnsOf({ endpoint: { definition, served } }: Call): readonly Column[] {
  return served.columns ?? definition.columns;
}

function rules(call: Call): RowRules {
  const { definition } = call.endpoint;
  return { columns: columnsOf(call), rowConditions: definition.rowConditions, formAnnotations: definition.hub.formAnnotations };
}

function ownBytes({ endpoint, registry }: Call, record: ObjectRecord): Buffer {
  return objectBytes(record, endpoint.definition.hub, endpoint.served, "object", registry.representations);
}
