import { applyConfiguration, trackUpdate, type WriteDoor } from "../apply/updater.ts";
import { JsonError, type ScannedJson } from "../codec/json-scan.ts";
import { parseJson } from "../codec/json-text.ts";
import { parseYaml, YamlError } from "../codec/yaml-read.ts";
import { copyJson, isObject, type JsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { badRequest } from "../object/status.ts";
import { decodeObject, type BodyType } from "./decode-body.ts";
import { bodyType, checkName, checkNamespace, checkVersionText, createObject, toHub } from "./object-body.ts";
import { doorOf, writerOf } from "./ownership.ts";
import type { PatchType } from "../request/negotiation.ts";
import { patchFault, patchFunction } from "./patch-functions.ts";
import { servedObject } from "./representation.ts";
import { MAX_BODY } from "./request-body.ts";
import { update, type UpdateResult } from "./update.ts";
import { warn, type Write } from "./write.ts";

/**
 * Changes an object by a patch, or creates it by server-side apply. `authorizeCreate` is asked before it creates.
 * Errors: StatusError 400 and 422 for patches that cannot be read or applied, 404, 409, and what admission refuses.
 */
export async function patch(write: Write, type: PatchType, authorizeCreate: () => Promise<void>): Promise<UpdateResult> {
  const { endpoint } = write;
  const change = await readPatch(write, type, doorOf(write), bodyType(endpoint));
  const check = (object: KubeObject): KubeObject => {
    checkName(object, endpoint.name);
    checkNamespace(object, endpoint);
    checkVersionText(object.metadata);
    return object;
  };
  return update(write, {
    name: endpoint.name,
    fromStored: true,
    change: async (record) => toHub(check(change(servedObject(record, endpoint.served))), endpoint.served),
    ...(type === "apply" && endpoint.subresource === undefined
      ? {
          createInstead: async () => {
            await authorizeCreate();
            return createObject(write, check(change(undefined)), "tracked");
          },
        }
      : {}),
  });
}

/** A patch, read and ready: makes the new object, decoded, defaulted and with its owners, from the present one. */
export type PatchChange = (live: KubeObject | undefined) => KubeObject;

/** Reads the body of a patch for objects of a type. Errors: StatusError 400, 413; the change's own: 400, 409, 422. */
export async function readPatch(write: Write, type: PatchType, door: WriteDoor, body: BodyType): Promise<PatchChange> {
  const bytes = await write.context.request.body(MAX_BODY);
  const scanned = scanPatch(bytes, type);
  return type === "apply" ? applyChange(write, scanned, door, body) : patchChange(write, type, scanned, door, body);
}

function patchChange(write: Write, type: Exclude<PatchType, "apply">, scanned: ScannedJson, door: WriteDoor, body: BodyType): PatchChange {
  const { options, strategyContext } = write;
  const applyPatch = patchFunction(type, scanned, door.schema, options.fieldValidation, (text) => warn(write, text));
  return (live) => {
    if (live === undefined) throw new TypeError("only an apply makes an object from nothing");
    const { value, shown } = applyPatch(live);
    const refuse = (message: string) => patchFault(shown, message);
    checkPatchedKind(value, live, refuse);
    const updated = decodeObject(value, undefined, body, options.fieldValidation, (text) => warn(write, text), refuse);
    trackUpdate({ door, live, updated, manager: writerOf(write), now: strategyContext.now });
    return updated;
  };
}

/** A patch may leave out what an object is, and may not change it. */
function checkPatchedKind(value: JsonObject, live: KubeObject, refuse: (message: string) => Error): void {
  const apiVersion = value["apiVersion"] ?? live.apiVersion;
  const kind = value["kind"] ?? live.kind;
  if (apiVersion === live.apiVersion && kind === live.kind) return;
  throw refuse(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`);
}

function applyChange(write: Write, scanned: ScannedJson, door: WriteDoor, body: BodyType): PatchChange {
  const { options, strategyContext } = write;
  const applied = isObject(scanned.value) ? scanned.value : {};
  return (live) => {
    const { object, changed } = applyConfiguration({ door, live, applied, manager: writerOf(write), force: options.force ?? false, now: strategyContext.now });
    if (!changed && live !== undefined) return copyJson(live);
    const entries = object.metadata.managedFields;
    const merged = decodeObject(copyJson(object), undefined, body, "Ignore", () => {}, badRequest);
    if (entries !== undefined) merged.metadata.managedFields = entries;
    return merged;
  };
}

function scanPatch(bytes: Buffer, type: PatchType): ScannedJson {
  const text = bytes.toString("utf8");
  try {
    return type === "apply" ? { value: parseYaml(text).value, duplicates: [], fractionalIntegers: [] } : parseJson(text);
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(`error decoding YAML: ${error.message}`);
    if (error instanceof JsonError) throw badRequest(`error decoding patch: ${error.message}`);
    throw error;
  }
}
