import { jsonKind } from "../codec/json-kind.ts";
import { isObject, type JsonObject } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { decode } from "../schema/decode.ts";
import { dropNulls } from "../schema/default.ts";
import { prune } from "../schema/prune.ts";
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
  let unknown = prune(object, type.schema);
  if (metadata?.type === "object" && isObject(object["metadata"])) {
    const decoded = decode(object.metadata, metadata);
    if (!decoded.ok) throw refuse(decoded.message);
    object.metadata = decoded.value;
  } else if (object["metadata"] ?? undefined) {
    throw refuse(`json: cannot unmarshal ${jsonKind(object["metadata"])} into Go value of type v1.ObjectMeta`);
  } else object.metadata = {};
  unknown = unknown.map((path) => `unknown field "${path}"`);
  judgeStrict([...strictBefore, ...duplicates.map(({ path }) => `duplicate field "${path}"`), ...unknown], rules);
  dropNulls(object, type.schema);
  type.applyDefaults?.(object);
  return object;
}
