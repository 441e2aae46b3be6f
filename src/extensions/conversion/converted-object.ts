import { goTypeName } from "../../codec/json-kind.ts";
import { FieldPath } from "../../object/field-path.ts";
import { fieldErrorsText } from "../../object/field-error-message.ts";
import type { FieldError } from "../../object/field-error.ts";
import { copyJson, isObject, type JsonObject, type JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { stringIn } from "../../object/read.ts";
import { annotations, labels } from "../../validation/labels.ts";

/** What of an object that a webhook converted is wrong: the original tells each in words of its own. */
type Wrong = "type" | "identity" | "metadata";

/** What is wrong with an object that a webhook converted. */
export class ObjectFault extends Error {
  readonly what: Wrong;

  constructor(what: Wrong, message: string) {
    super(message);
    this.what = what;
  }
}

/**
 * What a webhook made of an object, as it is taken over: of metadata only labels and annotations may change, the rest stays
 * as it was (concepts/extend-kubernetes, CustomResourceDefinition versions: response). Errors: ObjectFault.
 */
export function takeConverted(original: KubeObject, answered: JsonValue, apiVersion: string): KubeObject {
  const converted = isObject(answered) ? answered : {};
  const given = stringIn(converted, "apiVersion");
  const kind = stringIn(converted, "kind");
  if (given !== apiVersion) throw new ObjectFault("type", `invalid groupVersion (expected ${apiVersion}, received ${given})`);
  if (kind !== original.kind) throw new ObjectFault("type", `invalid kind (expected ${original.kind}, received ${kind})`);
  checkIdentity(original, isObject(converted["metadata"]) ? converted["metadata"] : {});
  return { ...converted, apiVersion, kind, metadata: restored(original, converted["metadata"]) };
}

const IDENTITY: readonly (readonly [member: string, shown: string])[] = [
  ["name", "name"],
  ["namespace", "namespace"],
  ["uid", "UID"],
];

function checkIdentity({ metadata }: KubeObject, answered: JsonObject): void {
  for (const [member, shown] of IDENTITY) {
    const [before, after] = [stringIn(metadata, member), stringIn(answered, member)];
    if (before !== after) throw new ObjectFault("identity", `must have the same ${shown}: ${before} != ${after}`);
  }
}

const CHANGEABLE = [
  ["labels", labels],
  ["annotations", annotations],
] as const;

function restored(original: KubeObject, answered: JsonValue | undefined): KubeObject["metadata"] {
  const metadata = copyJson(original.metadata);
  if (answered === undefined) throw new ObjectFault("metadata", "missing metadata in converted object");
  if (!isObject(answered)) throw new ObjectFault("metadata", `invalid metadata of type ${goTypeName(answered)} in converted object`);
  for (const [member, check] of CHANGEABLE) {
    const value = answered[member];
    if (value === undefined || value === null) {
      delete metadata[member];
      continue;
    }
    metadata[member] = texts(member, value);
    const faults: FieldError[] = [];
    check(value, FieldPath.root.child("metadata").child(member), faults, undefined);
    if (faults.length > 0) throw new ObjectFault("metadata", fieldErrorsText(faults));
  }
  return metadata;
}

function texts(member: string, value: JsonValue): Record<string, string> {
  if (!isObject(value)) throw new ObjectFault("metadata", `invalid metadata.${member} of type ${goTypeName(value)} in converted object`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === "string" || text === undefined) continue;
    throw new ObjectFault("metadata", `metadata.${member}[${key}] must be a string, but is ${goTypeName(text)} in converted object`);
  }
  return value as Record<string, string>;
}
