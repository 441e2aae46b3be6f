import { groupVersion } from "../object/kube-object.ts";
import { notInForm } from "../object/status.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { listMetaJson, partialMetadataListFrame } from "../printing/list-meta.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { encoded, listMetadata, type Call } from "./encode-answer.ts";
import { piecesBody } from "./list-answer.ts";
import type { ListResult } from "./list.ts";
import { objectBody, protobufAnswer, protobufList } from "./protobuf-answer.ts";
import { formOf, itemStart, objectBytes, type Form } from "./representation.ts";
import { tableAnswer } from "./table-answer.ts";

/** One object in the form that the client accepts. */
export function objectAnswer(call: Call, record: ObjectRecord, status = 200): ApiAnswer {
  const { registry, endpoint, accept } = call;
  if (accept.transform?.kind === "Table")
    return tableAnswer(call, { records: [record], revision: record.revision, continue: "", remaining: undefined }, status);
  refuseOtherForm(call, false);
  const form = formOf(accept);
  const json = () => {
    const bytes = objectBytes(record, endpoint.definition.hub, endpoint.served, form, registry.representations);
    return bytes === record.bytes ? record.line : Buffer.concat([bytes, NEWLINE]);
  };
  if (accept.format === "protobuf") return protobufAnswer(objectBody(record, endpoint.served, form, registry), status, json);
  return encoded(accept, json(), status);
}

/** A list in the form that the client accepts. */
export function listAnswer(call: Call, result: ListResult): ApiAnswer {
  const { accept } = call;
  if (accept.transform?.kind === "Table") return tableAnswer(call, result, 200);
  refuseOtherForm(call, true);
  const form = formOf(accept);
  const json = () => jsonList(call, result, form);
  if (accept.format === "protobuf") return protobufAnswer(protobufList(call, result.records, form, listMetadata(result)), 200, json);
  return encoded(accept, json(), 200);
}

function jsonList({ registry, endpoint: { definition, served } }: Call, result: ListResult, form: Form) {
  const whole = form !== "object" || definition.custom === true;
  const { header, footer } =
    form === "object"
      ? {
          header: Buffer.from(
            `{"kind":"${definition.listKind}","apiVersion":"${groupVersion(served.group, served.version)}","metadata":${listMetaJson({ ...listMetadata(result), tellsEnd: definition.custom })},"items":[`,
          ),
          footer: LIST_END,
        }
      : partialMetadataListFrame(form, listMetadata(result), result.records.length === 0);
  return piecesBody(header, footer, result.records.length, (index) => {
    const record = result.records[index] as ObjectRecord;
    const bytes = objectBytes(record, definition.hub, served, form, registry.representations);
    return { bytes, start: whole ? 0 : bytes === record.bytes ? record.metadataStart : itemStart(bytes) };
  });
}

/** Metadata is asked for as that of an object or of a list. Errors: StatusError 406 where the answer is the other. */
function refuseOtherForm({ accept: { transform }, endpoint: { definition, served } }: Call, isList: boolean): void {
  const wanted = isList ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  const kind = transform?.kind;
  if (kind === undefined || kind === "Table" || kind === wanted) return;
  // The original names its own type, which is in a package of the group's first name.
  const own =
    definition.custom === true
      ? `unstructured.Unstructured${isList ? "List" : ""}`
      : `${(definition.hub.group || "core").split(".", 1)[0]}.${isList ? definition.listKind : served.kind}`;
  throw notInForm(`you requested ${kind}, but the requested object is ${isList ? "a list" : "not a list"} (*${own})`);
}

const LIST_END = Buffer.from("]}\n");
const NEWLINE = Buffer.from("\n");
