import { jsonKind } from "../codec/json-kind.ts";
import { fieldErrorText } from "../object/field-error-message.ts";
import { invalidField } from "../object/field-error.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { decode } from "../schema/decode.ts";
import { dropNulls } from "../schema/default.ts";
import { prune, type EmbeddedObject } from "../schema/prune.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import type { BodyType, DecodeRules } from "./decode-body.ts";
import { judgeStrict } from "./judge-strict.ts";

/**
 * Reads a parsed value as a custom resource: its metadata as that of any object, the rest pruned and defaulted by the
 * definition's schema and otherwise left as it is (concepts/extend-kubernetes, CustomResourceDefinition: pruning,
 * defaulting, nullable). The value is changed. Errors: what `refuse` makes of the fault.
 */
export function decodeCustom(value: JsonObject, type: BodyType, rules: DecodeRules): KubeObject {
  const { refuse, duplicates = [], strictBefore = [] } = rules;
  const object = value as KubeObject;
  object.apiVersion = groupVersion(type.group, type.version);
  object.kind = type.kind;
  const metadata = type.schema.fields.get("metadata")?.schema;
  const embedded: EmbeddedObject[] = [];
  let unknown = prune(object, type.schema, embedded);
  if (metadata?.type === "object" && isGiven(object["metadata"])) {
    const decoded = decodeMeta(object["metadata"], metadata);
    if (!decoded.ok) throw refuse(decoded.message);
    object.metadata = decoded.value;
  } else object.metadata = {};
  if (metadata?.type === "object") for (const one of embedded) coerce(one, metadata, refuse);
  unknown = unknown.map((path) => `unknown field "${path}"`);
  judgeStrict([...strictBefore, ...duplicates.map(({ path }) => `duplicate field "${path}"`), ...unknown], rules);
  dropNulls(object, type.schema);
  type.applyDefaults?.(object);
  return object;
}

type Decoded = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly message: string };

function isGiven(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function decodeMeta(value: JsonValue | undefined, schema: ObjectSchema): Decoded {
  if (!isObject(value))
    return { ok: false, message: `json: cannot unmarshal ${jsonKind(value ?? null)} into Go value of type v1.ObjectMeta` };
  return decode(value, schema);
}

/** Reads what an object within another says of itself, in place; it is text and metadata whatever its schema says. */
function coerce({ value, path }: EmbeddedObject, metadata: ObjectSchema, refuse: DecodeRules["refuse"]): void {
  const bad = (name: string, detail: string): Error => refuse(fieldErrorText(invalidField(`${path}.${name}`, value[name], detail)));
  for (const name of ["apiVersion", "kind"]) {
    if (isGiven(value[name]) && typeof value[name] !== "string") throw bad(name, "must be a string");
  }
  if (!isGiven(value["metadata"])) return;
  const decoded = decodeMeta(value["metadata"], metadata);
  if (!decoded.ok) throw bad("metadata", decoded.message);
  value["metadata"] = decoded.value;
}
