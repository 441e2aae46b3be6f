import { parseOwnJson, stringifyJson } from "../codec/json-text.ts";
import { parseYaml } from "../codec/yaml-read.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { withoutManagedFields } from "./managed-fields.ts";

/** A Status has room in this; what is longer is something else. */
const MAX_STATUS = 4 * 1024 * 1024;
/** Where an object says what it is, in the answers of this server. */
const JSON_OBJECT = /^\{\s*"(?:kind|apiVersion)":/;
const JSON_STATUS = /^\{\s*(?:"apiVersion":\s*"v1",\s*)?"kind":\s*"Status"/;
/** The envelope's beginning: its type, of 12 bytes, is v1 Status. */
const PROTOBUF_STATUS = Buffer.from("k8s\0\x0a\x0c\x0a\x02v1\x12\x06Status", "latin1");
const YAML_OBJECT = /^(?:kind|apiVersion): /m;
const YAML_STATUS = /^kind: Status$/m;

/** The object in a protobuf body of this server; undefined where its kind is not known. */
export type ReadProtobuf = (body: Buffer) => JsonObject | undefined;

/** The Status that an answer is; undefined where it is none, or none that the original tells of. */
export function statusOf(answer: ApiAnswer, body: Buffer, readProtobuf: ReadProtobuf): JsonObject | undefined {
  if (body.length > MAX_STATUS) return undefined;
  switch (formatOf(answer)) {
    case "json":
      return JSON_STATUS.test(body.toString("latin1", 0, 80)) ? told(parseOwnJson(body.toString("utf8"))) : undefined;
    case "yaml":
      return YAML_STATUS.test(body.toString("utf8")) ? told(parseYaml(body.toString("utf8")).value) : undefined;
    case "protobuf": {
      const value = PROTOBUF_STATUS.equals(body.subarray(0, PROTOBUF_STATUS.length)) ? readProtobuf(body) : undefined;
      return value && told(value);
    }
    case undefined:
      return undefined;
  }
}

/** A client that takes no form of ours is answered before there is an object to tell of. */
function told(value: JsonValue): JsonObject | undefined {
  return isObject(value) && value["reason"] !== "NotAcceptable" ? value : undefined;
}

/** The object that an answer is, as JSON without line breaks; "" where it is none. */
export function objectText(answer: ApiAnswer, body: Buffer, omitManagedFields: boolean, readProtobuf: ReadProtobuf): string {
  switch (formatOf(answer)) {
    case "json": {
      if (!JSON_OBJECT.test(body.toString("latin1", 0, 40))) return "";
      const text = body.toString("utf8").trimEnd();
      const owned = omitManagedFields && text.includes('"managedFields"');
      if (!owned && !text.includes("\n")) return text;
      const value = parseOwnJson(text);
      return stringifyJson(owned ? withoutManagedFields(value) : value);
    }
    case "yaml": {
      const text = body.toString("utf8");
      if (!YAML_OBJECT.test(text)) return "";
      const { value } = parseYaml(text);
      return stringifyJson(omitManagedFields ? withoutManagedFields(value) : value);
    }
    case "protobuf": {
      const value = readProtobuf(body);
      return value === undefined ? "" : stringifyJson(omitManagedFields ? withoutManagedFields(value) : value);
    }
    case undefined:
      return "";
  }
}

function formatOf({ headers }: ApiAnswer): "json" | "yaml" | "protobuf" | undefined {
  const type = headers["content-type"];
  if (typeof type !== "string") return undefined;
  if (type === "application/vnd.kubernetes.protobuf") return "protobuf";
  return type.startsWith("application/json") ? "json" : type.startsWith("application/yaml") ? "yaml" : undefined;
}
