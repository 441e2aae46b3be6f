import { goJson } from "../object/go-json.ts";
import { isObject, setOwn } from "../object/json.ts";
import type { JsonObject, JsonValue, ReadonlyJson, ReadonlyJsonObject } from "../object/json.ts";
import { annotationsBytes, annotationsMaxBytes } from "../object/names.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { compareTexts } from "../object/text-order.ts";
import { compareObjects } from "./compare.ts";
import type { WriteDoor } from "./door.ts";
import type { FieldSet } from "./field-set.ts";
import { configuredFields } from "./from-object.ts";
import { UntrackableError } from "./untrackable.ts";

/** Where kubectl's client-side apply keeps the configuration that it applied last. */
const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** The manager that takes over from client-side apply; any other name opts out. */
export const migratingManager = "kubectl";

/** The annotation's text; undefined where there is none or it is empty. */
export function lastApplied(object: ReadonlyJsonObject): string | undefined {
  const metadata = object["metadata"];
  const annotations = isObject(metadata) ? metadata["annotations"] : undefined;
  const text = isObject(annotations) ? annotations[lastAppliedAnnotation] : undefined;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/**
 * The fields that client-side apply set last and that still have the value it gave them: who takes over from it may
 * change them. Undefined: there is no such annotation, or it cannot be read in this version.
 */
export function clientSideApplied(door: WriteDoor, live: KubeObject): FieldSet | undefined {
  const config = parseObject(lastApplied(live));
  if (config === undefined || config["apiVersion"] !== door.apiVersion || config["kind"] !== live.kind) return undefined;
  const fields = configuredFields(config, door.schema);
  if (fields.errors.length > 0) return undefined;
  try {
    const { added, modified, removed } = compareObjects(config, live, door.schema);
    return fields.set.difference(modified).difference(added).difference(removed);
  } catch (error) {
    if (error instanceof UntrackableError) return undefined;
    throw error;
  }
}

function parseObject(text: string | undefined): ReadonlyJsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An object whose annotation says what was applied just now, for tools that still read it. It is left out where all
 * annotations together would be too large. What does not change is shared.
 */
export function withLastApplied(object: KubeObject, applied: ReadonlyJsonObject): KubeObject {
  const annotations: NonNullable<KubeObject["metadata"]["annotations"]> = {
    ...object.metadata.annotations,
    [lastAppliedAnnotation]: lastAppliedText(applied),
  };
  if (annotationsBytes(annotations) > annotationsMaxBytes) delete annotations[lastAppliedAnnotation];
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function lastAppliedText(applied: ReadonlyJsonObject): string {
  return `${goJson(sorted(withoutAnnotation(applied)))}\n`;
}

function withoutAnnotation(applied: ReadonlyJsonObject): ReadonlyJsonObject {
  const metadata = applied["metadata"];
  if (lastApplied(applied) === undefined || !isObject(metadata) || !isObject(metadata["annotations"])) return applied;
  const { [lastAppliedAnnotation]: _, ...annotations } = metadata["annotations"];
  return { ...applied, metadata: { ...metadata, annotations } };
}

/** Keys in byte order at every level, as Go writes maps. Depth is bounded by the decoder. */
function sorted(value: ReadonlyJson): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: ReadonlyJson) => sorted(item));
  const copy: JsonObject = {};
  const members = value as ReadonlyJsonObject;
  for (const name of Object.keys(members).sort(compareTexts)) {
    const member = members[name];
    if (member !== undefined) setOwn(copy, name, sorted(member));
  }
  return copy;
}
