import { jsonKind } from "../codec/json-kind.ts";
import { JsonError, type ScannedJson } from "../codec/json-scan.ts";
import { parseJson } from "../codec/json-text.ts";
import { parseYaml, YamlError } from "../codec/yaml-read.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import { groupVersion, parseGroupVersion, type GroupVersionKind, type KubeObject } from "../object/kube-object.ts";
import { badRequest } from "../object/status.ts";
import { openEnvelope } from "../protobuf/envelope.ts";
import type { ProtobufReader } from "../protobuf/read.ts";
import { ProtobufError } from "../protobuf/wire-reader.ts";
import { decode, type DecodeOptions } from "../schema/decode.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { decodeCustom } from "./decode-custom.ts";
import { unconvertible, unknownKind } from "./kind-texts.ts";
import { judgeStrict, type StrictFault } from "./judge-strict.ts";
import type { FieldValidation } from "./write-options.ts";

export type BodyFormat = "json" | "yaml" | "protobuf";

/** What reading a body needs of the server: which kinds there are, to say how a body of another kind is wrong. */
interface BodyReader {
  isKind(kind: GroupVersionKind): boolean;
  readonly protobuf: ProtobufReader;
}

/** What a body is to be read as. */
export interface BodyType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: ObjectSchema;
  readonly applyDefaults?: ((object: KubeObject) => void) | undefined;
  /** Other versions in which the same kind may come. */
  readonly alsoAs?: readonly BodyType[];
  readonly custom?: boolean | undefined;
}

/** How the original calls a custom object that is to be a message. */
const NO_MESSAGE =
  "object *unstructured.Unstructured does not implement the protobuf marshalling interface and cannot be encoded to a protobuf message";

/** As much of a body as messages show. */
const SHOWN = 30;

/**
 * Reads a request body as an object of a type: parsed, of the right kind, decoded and defaulted. Unknown and duplicate
 * fields are refused or warned of as `validation` says. Errors: StatusError 400 in the original's words.
 */
export function decodeBody(
  body: Buffer,
  format: BodyFormat,
  declared: BodyType,
  reader: BodyReader,
  validation: FieldValidation,
  warn: (text: string) => void,
): KubeObject {
  const scanned: Scanned = format === "protobuf" ? readProtobuf(body, declared, reader) : scan(body, format, declared);
  const value = scanned.value;
  const object: JsonObject = isObject(value) ? value : {};
  const other = declared.alsoAs?.find(({ group, version }) => object["apiVersion"] === groupVersion(group, version));
  const type = other ?? declared;
  checkKind(object, type, reader, body);
  const refuse = (message: string): Error =>
    badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${message}`);
  // Not by spreading: to add members to a copy takes as long as reading a small body.
  const { duplicates, fractionalIntegers, repeated } = scanned;
  return decodeObject(object, type, { duplicates, fractionalIntegers, validation, warn, refuse, strictBefore: repeated });
}

/** How a parsed value is read as an object, beside its type. */
export interface DecodeRules extends DecodeOptions {
  /** What becomes of unknown and duplicate fields. */
  readonly validation: FieldValidation;
  readonly warn: (text: string) => void;
  /** How a value that cannot be read is answered. */
  readonly refuse: (message: string) => Error;
  /** Faults that `validation` judges too, found earlier. */
  readonly strictBefore?: readonly StrictFault[] | undefined;
  /** The value with its members in the original's order, in which faults are told; absent: they are. */
  readonly inOrder?: (() => JsonValue) | undefined;
}

/** The second half, for values that are parsed already: a patched object. Errors: what `refuse` makes of the fault. */
export function decodeObject(value: JsonObject, type: BodyType, rules: DecodeRules): KubeObject {
  if (type.custom === true) return decodeCustom(value, type, rules);
  const { refuse, strictBefore = [] } = rules;
  const decoded = decode(value, type.schema, rules);
  if (!decoded.ok) throw refuse(decoded.message);
  const strict = decoded.strict.length < 2 ? decoded.strict : inOrder(decoded.strict, type, rules);
  judgeStrict(strictBefore.length === 0 ? strict : [...strictBefore, ...strict], rules);
  const object = decoded.value as KubeObject;
  object.apiVersion = groupVersion(type.group, type.version);
  object.kind = type.kind;
  if (!isObject(object["metadata"])) object.metadata = {};
  keepReset(value, object);
  type.applyDefaults?.(object);
  return object;
}

function inOrder(strict: readonly string[], { schema }: BodyType, { inOrder: ordered, ...rules }: DecodeRules): readonly string[] {
  if (ordered === undefined) return strict;
  const again = decode(ordered(), schema, rules);
  return again.ok ? again.strict : strict;
}

/** A patch or body can say that nobody owns anything any more: an empty list, which decoding does not tell from none. */
function keepReset(value: JsonObject, object: KubeObject): void {
  const { metadata } = value;
  const entries = isObject(metadata) ? metadata["managedFields"] : undefined;
  if (Array.isArray(entries) && entries.length === 0) object.metadata.managedFields = [];
}

/** A protobuf body as the JSON value of its type; custom kinds have no such form. Errors: StatusError 400. */
function readProtobuf(body: Buffer, type: BodyType, { protobuf }: BodyReader): ScannedJson {
  try {
    const { apiVersion, kind, raw } = openEnvelope(body);
    if (type.custom === true) {
      throw badRequest(
        `${kind || type.kind} in version "${parseGroupVersion(apiVersion)?.version ?? type.version}" cannot be handled as a ${type.kind}: ${NO_MESSAGE}`,
      );
    }
    const named = [type, ...(type.alsoAs ?? [])].find(
      ({ group, version, kind: own }) =>
        (kind === "" || kind === own) && (apiVersion === "" || apiVersion === groupVersion(group, version)),
    );
    const value: JsonObject = named === undefined ? {} : protobuf.read(raw, named.schema);
    value["apiVersion"] = apiVersion;
    value["kind"] = kind;
    return { value, duplicates: [], fractionalIntegers: [] };
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message);
    throw error;
  }
}

/** A parsed body; a YAML text tells of repeated keys in words of its own. */
interface Scanned extends ScannedJson {
  readonly repeated?: readonly StrictFault[];
}

/** Parses a body. Errors: StatusError 400 that shows its beginning. */
function scan(body: Buffer, format: BodyFormat, type: BodyType): Scanned {
  const text = body.toString("utf8");
  try {
    const scanned = format === "yaml" ? scanYaml(text) : parseJson(text);
    if (scanned.value !== null && !isObject(scanned.value)) throw new JsonError(notAStruct(scanned.value), 0);
    return scanned;
  } catch (error) {
    if (!(error instanceof JsonError) && !(error instanceof YamlError)) throw error;
    const problem = error instanceof YamlError ? error.message : `couldn't get version/kind; json parse error: ${error.message}`;
    throw unrecognized(type, problem, body);
  }
}

function scanYaml(text: string): Scanned {
  const { value, duplicates } = parseYaml(text);
  return { value, duplicates: [], fractionalIntegers: [], repeated: duplicates === undefined ? [] : [duplicates] };
}

/** How the original tells of a body that is no object. */
export function notAStruct(value: JsonValue): string {
  return `json: cannot unmarshal ${jsonKind(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
}

function checkKind(object: JsonObject, type: BodyType, reader: BodyReader, body: Buffer): void {
  const textOf = (name: "apiVersion" | "kind"): string => {
    const text = object[name] ?? "";
    if (typeof text === "string") return text;
    const found = `json: cannot unmarshal ${jsonKind(text)} into Go struct field .${name} of type string`;
    throw unrecognized(type, `couldn't get version/kind; json parse error: ${found}`, body);
  };
  const given = { apiVersion: wholeVersion(textOf("apiVersion"), type), kind: textOf("kind") };
  if (given.apiVersion === "" && given.kind === "") return;
  const expected = groupVersion(type.group, type.version);
  if ((given.apiVersion === "" || given.apiVersion === expected) && (given.kind === "" || given.kind === type.kind)) return;
  const parsed = given.apiVersion === "" ? { group: type.group, version: type.version } : parseGroupVersion(given.apiVersion);
  if (parsed === undefined) throw unrecognized(type, `unexpected GroupVersion string: ${given.apiVersion}`, body);
  const actual = { ...parsed, kind: given.kind === "" ? type.kind : given.kind };
  const refuse = (why: string): Error =>
    badRequest(`${actual.kind} in version "${actual.version}" cannot be handled as a ${type.kind}: ${why}`);
  if (!reader.isKind(actual)) throw refuse(unknownKind(actual));
  if (actual.kind !== type.kind) throw refuse(unconvertible(actual, type));
  throw badRequest(
    `the API version in the data (${groupVersion(actual.group, actual.version)}) does not match the expected API version (${expected})`,
  );
}

/** An apiVersion that leaves out what the path says, completed: "apps/" is that group, "/v1" the group without a name. */
function wholeVersion(apiVersion: string, { group, version, custom }: BodyType): string {
  if (custom === true || !apiVersion.includes("/")) return apiVersion;
  if (apiVersion === "/" || apiVersion === `${group}/`) return groupVersion(group, version);
  return apiVersion.lastIndexOf("/") === 0 ? apiVersion.slice(1) : apiVersion;
}

/** A body that is nothing, with its first bytes: as text where it can be shown, else in hexadecimal. */
function unrecognized(type: BodyType, problem: string, body: Buffer): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${type.kind}): ${problem} (${shown(body)})`);
}

function shown(body: Buffer): string {
  if (body.length === 0) return "<empty>";
  const cut = body.length > SHOWN;
  const start = body.subarray(0, SHOWN);
  // Only what begins like an object is shown as text.
  const text = body[0] === 0x7b ? start.toString("utf8") : start.toString("hex");
  return cut ? `${text} ...` : text;
}
