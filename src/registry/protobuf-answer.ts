import type { ReadonlyJsonObject } from "../object/json.ts";
import { groupVersion } from "../object/kube-object.ts";
import { enveloped, envelopeAround, payloadIn } from "../protobuf/envelope.ts";
import type { ListMeta } from "../printing/list-meta.ts";
import type { ApiAnswer, BodySink } from "../request/exchange.ts";
import { PROTOBUF_TYPE } from "../request/negotiation.ts";
import type { ServedVersion } from "../resources/definition.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { Call } from "./encode-answer.ts";
import { sendPieces } from "./list-answer.ts";
import { turns } from "./turns.ts";
import type { Registry } from "./registry.ts";
import { glimpsedObject, objectType, type Form } from "./representation.ts";

/** Objects whose messages are made at once; a longer list is made in turns with other requests. */
const AT_ONCE = 20;

/** The protobuf body of one object version, made once, then shared; a list takes the message out of it. */
export function objectBody(record: ObjectRecord, served: ServedVersion, form: Form, registry: Registry): Buffer {
  const { apiVersion, kind } = objectType(served, form);
  return registry.representations.bytes(record, `protobuf ${apiVersion}`, () => {
    const { protobufBodies } = registry;
    if (form !== "object") return protobufBodies.writeAs(apiVersion, kind, partialObject(record, served), metadataSchema(registry));
    const stored = served.fromHub === undefined ? record.payload : undefined;
    if (stored !== undefined) return enveloped(protobufBodies.head(apiVersion, kind), stored);
    return protobufBodies.writeAs(apiVersion, kind, glimpsedObject(record, served), served.schema);
  });
}

/** Bytes as a protobuf answer; `json`: the same as JSON. */
export function protobufAnswer(body: NonNullable<ApiAnswer["body"]>, status: number, json?: NonNullable<ApiAnswer["json"]>): ApiAnswer {
  return { status, headers: { "content-type": PROTOBUF_TYPE }, body, compressible: true, ...(json === undefined ? {} : { json }) };
}

/**
 * The body of a list: a list's message is its metadata and its items' own messages, one after the other. Its length stands
 * before it, so that all items are there before the first byte leaves.
 */
export function protobufList(call: Call, records: readonly ObjectRecord[], form: Form, meta: ListMeta): NonNullable<ApiAnswer["body"]> {
  const { registry, endpoint } = call;
  const { served, definition } = endpoint;
  const type =
    form === "object"
      ? { apiVersion: groupVersion(served.group, served.version), kind: definition.listKind }
      : { apiVersion: `meta.k8s.io/${form}`, kind: "PartialObjectMetadataList" };
  const metadata = registry.protobufWriter.field(1, { ...meta }, registry.types.schemaFor(LIST_META));
  const around = (payloads: readonly Buffer[]): { readonly opening: Buffer; readonly closing: Buffer } => {
    const size = payloads.reduce((sum, { length }) => sum + length, metadata.length);
    const { head, end } = envelopeAround(type.apiVersion, type.kind, size);
    return { opening: Buffer.concat([head, metadata]), closing: end };
  };
  const item = objectType(served, form);
  const headLength = registry.protobufBodies.head(item.apiVersion, item.kind).length;
  const payloadOf = (record: ObjectRecord): Buffer => payloadIn(objectBody(record, served, form, registry), headLength);
  if (records.length <= AT_ONCE) {
    const payloads = records.map(payloadOf);
    const { opening, closing } = around(payloads);
    return Buffer.concat([opening, ...payloads, closing]);
  }
  return async (sink: BodySink) => {
    const payloads: Buffer[] = [];
    const pause = turns();
    for (const record of records) {
      payloads.push(payloadOf(record));
      const turn = pause();
      if (turn === undefined) continue;
      await turn;
      if (sink.closed) return;
    }
    const pieceOf = (index: number) => ({ bytes: payloads[index] as Buffer, start: 0 });
    await sendPieces({ ...around(payloads), count: payloads.length, item: pieceOf, separation: "none" }, sink);
  };
}

const LIST_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";

/** An object's metadata alone, without the annotations in which its form keeps fields of the kind. */
function partialObject(record: ObjectRecord, { formAnnotations = [] }: ServedVersion): ReadonlyJsonObject {
  const { metadata } = record.glimpse();
  if (formAnnotations.length === 0 || metadata.annotations === undefined) return { metadata };
  const kept = Object.entries(metadata.annotations).filter(([name]) => !formAnnotations.includes(name));
  return { metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

/** The type of partial metadata. */
export function metadataSchema({ types }: Registry): ObjectSchema {
  return types.schemaFor("io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata");
}
