import { jsonKind } from "../codec/json-kind.ts";
import { JsonError, type ScannedJson, scanJson } from "../codec/json-scan.ts";
import { encodeJson } from "../object/go-json.ts";
import { invalidField } from "../object/field-error.ts";
import { isObject, type JsonObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import { badRequest, invalid, plainError, requestEntityTooLarge, type StatusError, unprocessable } from "../object/status.ts";
import type { Schema } from "../schema/schema.ts";
import { inGoOrder } from "./go-order.ts";
import { formatGoValue } from "./go-value.ts";
import { applyJsonPatch, type JsonPatchOperation, maxJsonPatchOperations } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { PatchError } from "./patch-error.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

/** The kinds of patch that are merged into an object; server-side apply is another matter. */
export type PatchType = "json" | "merge" | "strategic";

/** A patch that was read and can be applied, several times if writes collide. */
export interface Patch {
  readonly type: PatchType;
  /** Unknown and duplicate members of the patch itself, for fieldValidation Warn and Strict. */
  readonly strictErrors: readonly string[];
  /** Throws StatusError where the patch does not fit the object. */
  apply(current: ReadonlyJsonObject, schema: Schema): Patched;
}

/** A patched value, not decoded yet; it shares with the current one what the patch left alone. */
export interface Patched {
  readonly value: JsonValue;
  /** The value with its members in the order in which the original writes it. */
  readonly inOrder?: () => JsonValue;
  /** The Status for a value that is no object of its type; `message` says what is wrong with it. */
  undecodable(message: string): StatusError;
}

/** How the body of a patch is read. */
interface ReadOptions {
  /** The kind has no fixed order of members (custom resources), for messages that show the value. */
  readonly sortAll?: boolean;
  /** Nobody asks for unknown and duplicate members: the original then reads JSON and merge patches by another decoder. */
  readonly lenient?: boolean;
}

/** Reads the body of a PATCH. Throws StatusError: 400 for what is no such patch, 413 for too many operations. */
export function readPatch(type: PatchType, text: string, options: ReadOptions = {}): Patch {
  const { sortAll = false, lenient = false } = options;
  if (type === "json") return readJsonPatch(text, sortAll, lenient ? LENIENT : CHECKED);
  if (type === "merge" && lenient) return lenientMergePatch(text, sortAll);
  const prefix = type === "merge" ? CHECKED.prefix : "";
  const scanned = scan(text, prefix);
  const patch = scanned.value;
  if (patch !== null && !isObject(patch)) {
    throw badRequest(`${prefix}json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`);
  }
  const strictErrors = scanned.duplicates.map(({ path }) => `duplicate field "${path}"`);
  return type === "merge" ? mergePatch(patch, strictErrors, sortAll) : strategicPatch(patch ?? {}, strictErrors);
}

/** Any fault is one and the same; a list is no patch, but what there is afterwards. */
function lenientMergePatch(text: string, sortAll: boolean): Patch {
  const patch = parsed(text);
  if (!Array.isArray(patch)) return mergePatch(isObject(patch) ? patch : null, [], sortAll);
  return { type: "merge", strictErrors: [], apply: () => written(patch, () => ({ value: patch, touched: new Set() }), sortAll) };
}

function parsed(text: string): JsonValue {
  try {
    return scanJson(text).value;
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

function mergePatch(patch: JsonObject | null, strictErrors: readonly string[], sortAll: boolean): Patch {
  if (patch === null) throw badRequest("Invalid JSON Patch");
  return {
    type: "merge",
    strictErrors,
    apply(current, schema) {
      return written(
        applyMergePatch(current, patch).value,
        () => applyMergePatch(inGoOrder(current, schema) as JsonObject, patch),
        sortAll,
      );
    },
  };
}

function strategicPatch(patch: JsonObject, strictErrors: readonly string[]): Patch {
  return {
    type: "strategic",
    strictErrors,
    apply(current, schema) {
      const value = answered(() => applyStrategicMergePatch(current, patch, schema));
      return { value, undecodable: (message) => undecodable(formatGoValue(patch), message) };
    },
  };
}

/** The words of the decoders of JSON patches: of the one that looks for unknown members, and of the other. */
const CHECKED = { prefix: "error decoding patch: ", list: "[]handlers.jsonPatchOp", item: "handlers.jsonPatchOp" };
const LENIENT = { prefix: "", list: "jsonpatch.Patch", item: "jsonpatch.Operation" };

function readJsonPatch(text: string, sortAll: boolean, decoder: typeof CHECKED): Patch {
  const { prefix, list } = decoder;
  const scanned = scan(text, prefix);
  const items = scanned.value ?? [];
  if (!Array.isArray(items)) throw badRequest(`${prefix}json: cannot unmarshal ${jsonKind(items)} into Go value of type ${list}`);
  const operations = items.map((item) => readOperation(item, decoder));
  if (operations.length > maxJsonPatchOperations) {
    throw requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${maxJsonPatchOperations}, got ${operations.length}`);
  }
  return {
    type: "json",
    strictErrors: jsonPatchStrictErrors(items, scanned),
    apply(current, schema) {
      const { value } = answered(() => applyJsonPatch(current, operations));
      return written(value, () => applyJsonPatch(inGoOrder(current, schema), operations), sortAll);
    },
  };
}

const operationTexts = ["op", "path", "from"] as const;

function readOperation(item: JsonValue, decoder: typeof CHECKED): JsonPatchOperation {
  if (item === null) return { op: "" };
  if (!isObject(item)) throw badRequest(`${decoder.prefix}json: cannot unmarshal ${jsonKind(item)} into Go value of type ${decoder.item}`);
  const texts = operationTexts.map((name) => {
    const text = item[name] ?? undefined;
    if (text === undefined || typeof text === "string") return text;
    // The other decoder only finds out when the operation is applied, as if the member weren't there.
    if (decoder === LENIENT) return undefined;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(text)} into Go struct field jsonPatchOp.${name} of type string`,
    );
  });
  return { op: texts[0] ?? "", path: texts[1], from: texts[2], value: item["value"] };
}

const operationMembers: ReadonlySet<string> = new Set([...operationTexts, "value"]);

/** So many unknown members are told. */
const maxReports = 100;

function jsonPatchStrictErrors(items: readonly JsonValue[], { duplicates }: ScannedJson): string[] {
  const errors = duplicates.map(({ path }) => `json patch duplicate field "${path}"`);
  for (const [i, item] of items.entries()) {
    if (!isObject(item)) continue;
    for (const key of Object.keys(item)) {
      if (!operationMembers.has(key) && errors.length < maxReports) errors.push(`json patch unknown field "[${i}].${key}"`);
    }
  }
  return errors;
}

function scan(text: string, prefix: string): ScannedJson {
  try {
    return scanJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(prefix + error.message);
    throw error;
  }
}

function answered<T>(apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.kind === "bad") throw badRequest(error.message);
    throw error.kind === "plain" ? plainError(error.message) : unprocessable();
  }
}

/** The Status for a patched value that is no object of its type: how the value is shown, and what is wrong with it. */
export function undecodable(shown: string, message: string): StatusError {
  return invalid({ group: "", kind: "" }, "", [invalidField("patch", shown, message)]);
}

/** A patched value that the original writes as text; `again` patches the members in the original's order. */
function written(
  value: JsonValue,
  again: () => { readonly value: JsonValue; readonly touched: ReadonlySet<object> },
  sortAll: boolean,
): Patched {
  const inOrder = (): JsonValue => {
    const shown = again();
    return sorted(shown.value, shown.touched, sortAll) as JsonValue;
  };
  return { value, inOrder, undecodable: (message) => undecodable(encodeJson(inOrder()), message) };
}

function sorted(value: ReadonlyJson, touched: ReadonlySet<object>, sortAll: boolean): ReadonlyJson {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly ReadonlyJson[]).map((item) => sorted(item, touched, sortAll));
  const object = value as ReadonlyJsonObject;
  const keys = Object.keys(object);
  if (sortAll || touched.has(object)) keys.sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(object[key] ?? null, touched, sortAll)]));
}
