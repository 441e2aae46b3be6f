import { applyConfiguration, kindText, objectText, type WriteDoor } from "../apply/updater.ts";
import { jsonKind } from "../codec/json-kind.ts";
import { readYaml } from "../codec/decode-text.ts";
import type { RepeatedKeys } from "../codec/yaml-read.ts";
import { copyJson, isObject, type JsonObject } from "../object/json.ts";
import { invalidField, type FieldError } from "../object/field-error.ts";
import { groupVersion, parseGroupVersion, type KubeObject } from "../object/kube-object.ts";
import { badRequest, conflict, invalid, plainError } from "../object/status.ts";
import { readPatch as readPatchText, undecodable, type Patch, type Patched } from "../patch/patch.ts";
import { decodeObject, notAStruct, type BodyType, type DecodeRules } from "./decode-body.ts";
import { bodyType, checkName, checkNamespace, createAbsent, toHub } from "./object-body.ts";
import { judgeStrict } from "./judge-strict.ts";
import { otherKind } from "./other-kind.ts";
import { doorOf, withConversions, withOwners, writerOf } from "./ownership.ts";
import type { TypeTable } from "../schema/load.ts";
import type { PatchType } from "../request/negotiation.ts";
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
    checkNamespace(object, endpoint);
    checkName(object, endpoint.name);
    return object;
  };
  return update(write, {
    name: endpoint.name,
    fromStored: true,
    change: async (record) => toHub(check(await change(servedObject(record, endpoint.served))), endpoint.served),
    ...(type === "apply" && endpoint.subresource === undefined
      ? {
          createInstead: async () => {
            await authorizeCreate();
            const made = await change(undefined);
            const { uid } = made.metadata;
            if (uid) {
              const problem = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
              throw conflict(endpoint.ref, endpoint.name, problem);
            }
            check(made);
            return createAbsent(write, made, "tracked");
          },
        }
      : {}),
  });
}

/** A patch, read and ready: makes the new object, decoded, defaulted and with its owners, from the present one. */
export type PatchChange = (live: KubeObject | undefined) => Promise<KubeObject>;

/**
 * Takes the body of a patch for objects of a type. Errors: StatusError 400 for an apply; the change's own: 400, 409, 413, 422.
 * Any other patch is read when there is an object that it can be applied to, so that an absent one is told first.
 */
export async function readPatch(write: Write, type: PatchType, door: WriteDoor, body: BodyType): Promise<PatchChange> {
  const text = (await write.context.request.body(MAX_BODY)).toString("utf8");
  write.context.audit?.patch(text);
  const lenient = write.options.fieldValidation === "Ignore";
  return type === "apply"
    ? applyChange(write, text, door, body)
    : patchChange(write, () => readPatchText(type, text, { sortAll: body.custom === true, lenient }), door, body);
}

function patchChange(write: Write, read: () => Patch, door: WriteDoor, body: BodyType): PatchChange {
  const { options } = write;
  let patch: Patch | undefined;
  const tell = (text: string) => warn(write, text);
  return async (live) => {
    if (live === undefined) throw new TypeError("only an apply makes an object from nothing");
    patch ??= read();
    const patched = discreet(write, patch.apply(live, door.schema));
    if (Array.isArray(patched.value)) {
      throw patched.undecodable(`couldn't get version/kind; json parse error: ${notAStruct(patched.value)}`);
    }
    // A custom object is decoded in place, and what the patch left alone is still the live object's.
    const value = !isObject(patched.value) ? {} : body.custom === true ? copyJson(patched.value) : { ...patched.value };
    if (body.custom === true) checkPatchedCustomKind(value, body, write.endpoint.name);
    else checkPatchedKind(value, live, patched, body, write.registry.types);
    const strict = options.fieldValidation === "Ignore" ? [] : patch.strictErrors;
    const updated = decodeObject(value, body, {
      validation: options.fieldValidation,
      warn: tell,
      refuse: (message) => patched.undecodable(message),
      strictBefore: strict,
      inOrder: patched.inOrder,
      converted: patch.type === "strategic",
    });
    return withOwners(write, live, updated, door);
  };
}

/**
 * A patched value whose fault does not show it where it holds secrets: whoever may patch a Secret may not therefore read it.
 * The original shows it.
 */
function discreet({ endpoint: { ref } }: Write, patched: Patched): Patched {
  if (ref.group !== "" || ref.plural !== "secrets") return patched;
  return { value: patched.value, undecodable: (message) => undecodable("<secret contents redacted>", message) };
}

/** A patch may leave out what an object is, and may not change it. */
function checkPatchedKind(value: JsonObject, live: KubeObject, patched: Patched, own: BodyType, types: TypeTable): void {
  const { apiVersion = live.apiVersion, kind = live.kind } = value;
  if (apiVersion !== live.apiVersion || kind !== live.kind)
    throw patched.undecodable(otherKind({ ...value, apiVersion, kind }, own, types).message);
}

/** Of custom resources it is told as a fault of the object that the patch would make. */
function checkPatchedCustomKind(value: JsonObject, body: BodyType, name: string): void {
  const wanted = { apiVersion: groupVersion(body.group, body.version), kind: body.kind };
  const apiVersion = typeof value["apiVersion"] === "string" ? value["apiVersion"] : "";
  const kind = typeof value["kind"] === "string" ? value["kind"] : "";
  const faults: FieldError[] = [];
  if (apiVersion !== wanted.apiVersion) faults.push(invalidField("apiVersion", apiVersion, `must be ${wanted.apiVersion}`));
  if (kind !== wanted.kind) faults.push(invalidField("kind", kind, `must be ${wanted.kind}`));
  if (faults.length > 0) throw invalid({ group: parseGroupVersion(apiVersion)?.group ?? "", kind }, name, faults);
}

function applyChange(write: Write, text: string, door: WriteDoor, body: BodyType): PatchChange {
  const { options, strategyContext } = write;
  const { applied, repeated } = readConfiguration(text);
  return async (live) => {
    const request = { live, applied, manager: writerOf(write), force: options.force ?? false, now: strategyContext.now };
    const { object, changed } = await withConversions(write, door, (converting) => applyConfiguration({ ...request, door: converting }));
    if (repeated !== undefined) {
      judgeStrict([repeated], {
        validation: options.fieldValidation,
        warn: (told) => warn(write, told),
        refuse: () => badRequest(`error strict decoding YAML: ${repeated.text}`),
      });
    }
    if (!changed && live !== undefined) return copyJson(live);
    const { managedFields } = object.metadata;
    const merged = decodeObject(copyJson(object), body, { validation: "Ignore", warn: () => {}, ...conversion(applied, body) });
    if (managedFields !== undefined) merged.metadata.managedFields = managedFields;
    return merged;
  };
}

/** A merged object of a built-in kind becomes one of its Go type by a conversion, and its faults are the server's. */
function conversion(applied: JsonObject, { custom }: BodyType): Pick<DecodeRules, "converted" | "refuse"> {
  if (custom === true) return { refuse: badRequest };
  const refuse = (message: string): Error =>
    plainError(
      `failed to convert new object (${objectText(applied)}) to proper version: unable to convert unstructured object to ${kindText(applied)}: ${message}`,
    );
  return { converted: true, refuse };
}

/** What is applied, and what is said of keys that it has twice. Errors: StatusError 400. */
function readConfiguration(text: string): { readonly applied: JsonObject; readonly repeated: RepeatedKeys | undefined } {
  const { value, duplicates } = readYaml(text, (message) => badRequest(`error decoding YAML: ${CONVERTING}: ${message}`));
  if (value !== null && !isObject(value)) {
    const found = `json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${found}`);
  }
  return { applied: value ?? {}, repeated: duplicates && { text: `${CONVERTING}: ${duplicates.text}`, lines: duplicates.lines } };
}

const CONVERTING = "error converting YAML to JSON";
