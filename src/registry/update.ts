import { keepTimes } from "../apply/keep-owners.ts";
import { equalJson } from "../object/json.ts";
import { nullEmptyLists } from "../schema/empty-lists.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { invalidField } from "../object/field-error.ts";
import { conflict, invalid } from "../object/status.ts";
import type { Strategy } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { validateObjectMetaUpdate } from "../validation/object-meta.ts";
import { strategyOf } from "./endpoint.ts";
import { metaRules } from "./meta-rules.ts";
import { mutate } from "./mutate.ts";
import { preconditionFailed } from "./preconditions.ts";
import { keepGeneration, keepSystemMetadata } from "./metadata.ts";
import { afterFailure, type Reservation } from "./reserver.ts";
import { retryOnConflict } from "./retry-on-conflict.ts";
import { checkVersion } from "./version-text.ts";
import { attributesOf, putObject, refuseInvalid, removeObject, warn, type Conflict, type Write } from "./write.ts";

interface UpdateRequest {
  readonly name: string;
  /**
   * The change starts from the stored object (a patch), so that its uid and resourceVersion say nothing unless the
   * client changed them.
   */
  readonly fromStored?: boolean;
  /** What goes through the door is no object of the resource (its Scale): `change` asks mutating admission itself. */
  readonly shown?: (object: KubeObject) => KubeObject;
  /**
   * Makes the new hub object from the stored one; called again when another write came between. What it gives is
   * handed over and changed. `old` is read-only. Errors: StatusError.
   */
  readonly change: (old: ObjectRecord) => Promise<KubeObject>;
  /** What to do where the object does not exist; absent: 404. */
  readonly createInstead?: () => Promise<ObjectRecord>;
}

export interface UpdateResult {
  readonly record: ObjectRecord;
  readonly created: boolean;
}

/**
 * Changes an object: read, change, check, compare-and-swap, and again while others are faster, unless the client said
 * which version it means. A change that changes nothing is not stored. Errors: StatusError 404, 409, 422, and what
 * admission refuses.
 */
export function update(write: Write, request: UpdateRequest): Promise<UpdateResult> {
  const { name, createInstead } = request;
  return retryOnConflict<UpdateResult>(write, name, (record, key) => attemptUpdate(write, request, key, record), {
    absent: createInstead && (async () => ({ record: await createInstead(), created: true })),
  });
}

async function attemptUpdate(write: Write, request: UpdateRequest, key: string, record: ObjectRecord): Promise<UpdateResult | Conflict> {
  const { registry, endpoint, strategyContext } = write;
  const strategy = strategyOf(endpoint);
  const old = record.object();
  const object = await request.change(record);
  refuseOther(write, request, key, object, old);
  if (request.shown === undefined) await mutate(write, "UPDATE", request.name, object, old);
  refuseStale(write, request, object, old);
  // An unconditional write takes the version it replaces.
  object.metadata.resourceVersion = old.metadata.resourceVersion as string;

  keepGeneration(object, old);
  if (endpoint.definition.scope === "Cluster") delete object.metadata.namespace;
  const reserver = registry.reserver(endpoint.definition);
  const reservation = endpoint.subresource === undefined ? await reserver?.reserve(object, old, strategyContext) : undefined;
  let end: keyof Reservation | undefined = "rollback";
  try {
    strategy.prepareForUpdate?.(object, old, strategyContext);
    keepSystemMetadata(object, old);
    if (strategy.generationChanged?.(object, old)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    refuseInvalid(write, request.name, [
      ...validateObjectMetaUpdate(object, old, metaRules(endpoint)),
      ...(strategy.validateUpdate?.(object, old, strategyContext) ?? []),
    ]);
    for (const text of strategy.warnings?.(object, old, strategyContext) ?? []) warn(write, text);
    strategy.canonicalize?.(object);
    if (write.admitted !== true) {
      const { shown = (one: KubeObject) => one } = request;
      await registry.admission.validate(attributesOf(write, "UPDATE", request.name, shown(object), shown(old)));
    }
    if (endpoint.definition.custom !== true) nullEmptyLists(object, endpoint.definition.hub.schema);
    if (isLastFinalizerGone(object, old, endpoint.definition.strategy)) {
      const removed = await removeObject(write, key, record.revision);
      if ("conflict" in removed) return removed;
      if (!write.options.dryRun) await reserver?.release(old);
      return { record: await asStored(write, key, object, record), created: false };
    }
    keepTimes(object, old);
    if (equalJson(object, old) && !(await isStoredAnyway(write, key))) return { record, created: false };
    const outcome = await putObject(write, key, object, record.revision);
    if ("conflict" in outcome) return outcome;
    if (!write.options.dryRun) end = "commit";
    return { record: outcome.record, created: false };
  } catch (error) {
    end = afterFailure(error);
    throw error;
  } finally {
    if (end !== undefined) await reservation?.[end]();
  }
}

/** The client named the very object: another one is a conflict. */
function refuseOther({ endpoint }: Write, { name, fromStored }: UpdateRequest, key: string, object: KubeObject, old: KubeObject): void {
  const { uid } = object.metadata;
  if (uid && uid !== old.metadata.uid && fromStored !== true)
    throw preconditionFailed(endpoint, key, name, "UID", uid, old.metadata.uid ?? "");
}

/**
 * The client named the version it read, of which mutating admission is asked before: another one is a conflict, and some
 * kinds insist on one. Errors: StatusError 409, 422, and 500 for what is no version.
 */
function refuseStale({ endpoint }: Write, { name }: UpdateRequest, object: KubeObject, old: KubeObject): void {
  const { metadata } = object;
  if (checkVersion(metadata)) {
    if (metadata.resourceVersion !== old.metadata.resourceVersion) throw conflict(endpoint.ref, name);
  } else if (!strategyOf(endpoint).allowUnconditionalUpdate) {
    // The original names the resource here, where other refusals name the kind.
    throw invalid({ group: endpoint.ref.group, kind: endpoint.ref.plural }, name, [
      invalidField("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  }
}

/** A deleted object waits for its finalizers; the write that removes the last one removes the object. */
function isLastFinalizerGone(object: KubeObject, old: KubeObject, strategy: Strategy): boolean {
  if (old.metadata.deletionTimestamp === undefined || (object.metadata.finalizers?.length ?? 0) > 0) return false;
  return (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 && (strategy.isFinalized?.(object) ?? true);
}

/** Whether a change of nothing is stored: it is the first one of an object of a kind that asks for it. */
async function isStoredAnyway({ registry, endpoint: { definition } }: Write, key: string): Promise<boolean> {
  if (definition.strategy.firstUpdateStores !== true) return false;
  const pair = await registry.caches.storageOf(definition).get(key);
  return pair !== undefined && pair.createRevision === pair.modRevision;
}

/** What a client is shown of an object that its own write removed. */
async function asStored(write: Write, key: string, object: KubeObject, old: ObjectRecord): Promise<ObjectRecord> {
  const shown = await putObject({ ...write, options: { ...write.options, dryRun: true } }, key, object, old.revision);
  return "record" in shown ? shown.record : old;
}
