import { equalJson, isObject, type JsonObject } from "../../object/json.ts";
import { decodeJson } from "../../codec/decode-text.ts";
import { jsonKind } from "../../codec/json-kind.ts";
import { stringifyJson } from "../../codec/json-text.ts";
import { internalError, plainError, type StatusError } from "../../object/status.ts";
import { applyJsonPatch, maxJsonPatchOperations, type JsonPatchOperation } from "../../patch/json-patch.ts";
import { PatchError } from "../../patch/patch-error.ts";
import type { BodyType } from "../../registry/decode-body.ts";
import { otherKind } from "../../registry/other-kind.ts";
import { HookTransport } from "../../webhook/transport.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { isConfiguration } from "../matching/exempt.ts";
import { Subject } from "../matching/subject.ts";
import type { RequestVersion } from "../matching/versions.ts";
import { readChanged, sentType, takeChanged } from "../matching/write-back.ts";
import { Reinvocation } from "../reinvocation.ts";
import { HookCalls, HookFailure, hookFailure, type WebhookParts } from "./calls.ts";
import { HookTable } from "./hook-table.ts";
import type { Hook } from "./hook.ts";
import type { ReviewAnswer } from "./review.ts";

const NAME = "MutatingAdmissionWebhook";
const RESOURCE = { group: "admissionregistration.k8s.io", plural: "mutatingwebhookconfigurations" };

/** Webhooks that change writes, one after another (reference/access-authn-authz/extensible-admission-controllers). */
export function mutatingWebhook(parts: WebhookParts): AdmissionPlugin {
  const table = new HookTable(RESOURCE);
  const transport = new HookTransport();
  return {
    name: NAME,
    handles: (attributes) => table.mayApply && !isConfiguration(attributes),
    async mutate(attributes, reinvocation = new Reinvocation()) {
      await table.start(parts.registry());
      if (!table.mayApply) return;
      const own = reinvocation.of(NAME);
      own.begin(attributes.object);
      const calls = new Mutations(attributes, parts, transport, reinvocation);
      for (const [index, hook] of table.hooks.entries()) await calls.run(hook, index);
      own.end(attributes.object);
    },
  };
}

/** One pass of one request through the webhooks: each sees what those before it made of the object. */
class Mutations {
  readonly #attributes: AdmissionAttributes;
  readonly #parts: WebhookParts;
  readonly #subject: Subject;
  readonly #calls: HookCalls;
  readonly #reinvocation: Reinvocation;
  #patched = false;

  constructor(attributes: AdmissionAttributes, parts: WebhookParts, transport: HookTransport, reinvocation: Reinvocation) {
    this.#attributes = attributes;
    this.#parts = parts;
    this.#subject = new Subject(attributes, parts.view);
    this.#calls = new HookCalls(parts, transport, this.#subject);
    this.#reinvocation = reinvocation;
  }

  /** Errors: StatusError. */
  async run(hook: Hook, index: number): Promise<void> {
    const version = await this.#calls.version(hook);
    const own = this.#reinvocation.of(NAME);
    if (version === undefined || !own.calls(hook.key)) return;
    const place = `webhook.admission.k8s.io/round_${this.#reinvocation.pass}_index_${index}`;
    let mutated = false;
    try {
      mutated = await this.#apply(hook, version, place, await this.#calls.ask(hook, version, true));
      if (mutated) own.changed();
    } catch (error) {
      if (!(error instanceof HookFailure)) throw error;
      if (hook.ignoresFailure) this.#attributes.annotate(`failed-open.mutation.${place}`, hook.name);
      this.#calls.failOpen(hook, error);
    } finally {
      const { configuration, name } = hook;
      this.#attributes.annotate(`mutation.${place}`, JSON.stringify({ configuration, webhook: name, mutated }));
    }
    if (hook.reinvoked) own.called(hook.key);
  }

  /** Applies the answer's patch; tells whether it changed anything. Errors: HookFailure, StatusError 500. */
  async #apply(hook: Hook, version: RequestVersion, place: string, { patch }: ReviewAnswer): Promise<boolean> {
    if (patch === undefined) return false;
    const operations = readPatch(hook, patch.text);
    if (operations.length === 0) return false;
    const before = this.#subject.object(version);
    const type = sentType(this.#attributes, version, this.#parts.registry());
    if (before === undefined || type === undefined) {
      throw internalError(`admission webhook "${hook.name}" attempted to modify the object, which is not supported for this operation`);
    }
    if (patch.type !== "JSONPatch") throw hookFailure(hook, `unsupported patch type ${JSON.stringify(patch.type)}`);
    const value = patched(before, operations.map(operationOf));
    if (value["apiVersion"] !== before.apiVersion || value["kind"] !== before.kind) throw this.#otherKind(value, type);
    const same = !this.#isNew(type) && equalJson(before, value);
    const object = readChanged(value, type, internalError);
    const { configuration, name } = hook;
    const noted = { configuration, webhook: name, patch: operations.map(sorted), patchType: patch.type };
    this.#attributes.annotate(`patch.${place}`, stringifyJson(noted));
    this.#patched = true;
    if (same) return false;
    await takeChanged(this.#attributes, object, version);
    this.#subject.changed();
    return true;
  }

  /**
   * Whether a patch counts as a change whatever it does: in the original the time of this write, in managedFields, is
   * finer than the object's text until a patch makes that text the object.
   */
  #isNew({ custom }: BodyType): boolean {
    if (this.#patched || custom === true) return false;
    const { object, oldObject } = this.#attributes;
    const before = oldObject?.metadata.managedFields ?? [];
    return (object?.metadata.managedFields ?? []).some((entry) => !before.some((one) => equalJson(one, entry)));
  }

  /** Why a patch cannot make another kind of the object. */
  #otherKind(value: JsonObject, own: BodyType): StatusError {
    if (own.custom === true) return plainError("a patch changes the object's apiVersion or kind");
    const { message, sound } = otherKind(value, own, this.#parts.registry().types);
    return sound ? plainError(message) : internalError(message);
  }
}

function readPatch(hook: Hook, text: string): readonly JsonObject[] {
  const fail = (what: string): HookFailure => hookFailure(hook, `received undecodable patch in webhook response: ${what}`);
  const value = decodeJson(text, fail);
  if (value === null) return [];
  if (!Array.isArray(value)) throw fail(`json: cannot unmarshal ${jsonKind(value)} into Go value of type jsonpatch.Patch`);
  if (value.length > maxJsonPatchOperations) throw fail(`more than ${maxJsonPatchOperations} operations`);
  return value.map((item) => {
    if (!isObject(item)) throw fail(`json: cannot unmarshal ${jsonKind(item)} into Go value of type jsonpatch.Operation`);
    return item;
  });
}

function operationOf(item: JsonObject): JsonPatchOperation {
  const text = (name: string): string | undefined => (typeof item[name] === "string" ? item[name] : undefined);
  return { op: text("op") ?? "unknown", path: text("path"), from: text("from"), value: item["value"] };
}

/** The patched object. Errors: StatusError 500 with what does not fit. */
function patched(before: JsonObject, operations: readonly JsonPatchOperation[]): JsonObject {
  try {
    const { value } = applyJsonPatch(before, operations);
    return isObject(value) ? value : {};
  } catch (error) {
    if (error instanceof PatchError) throw internalError(error.message);
    throw error;
  }
}

/** Members by name, as the original writes a map. */
function sorted(operation: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(operation).sort(([a], [b]) => (a < b ? -1 : 1)));
}
