import { keepTimes } from "../apply/keep-owners.ts";
import { equalJson } from "../object/json.ts";
import { nullEmptyLists } from "../schema/empty-lists.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { conflict, notFound } from "../object/status.ts";
import type { Strategy } from "../resources/definition.ts";
import { recordOf, type ObjectRecord } from "../storage/cache/record.ts";
import type { KeyValue } from "../storage/storage.ts";
import { validateObjectMetaUpdate } from "../validation/object-meta.ts";
import { objectKey, strategyOf } from "./endpoint.ts";
import { metaRules } from "./meta-rules.ts";
import { mutate } from "./mutate.ts";
import { preconditionFailed } from "./preconditions.ts";
import { keepGeneration, keepSystemMetadata } from "./metadata.ts";
import { attributesOf, putObject, refuseInvalid, removeObject, warn, type Write } from "./write.ts";

export interface UpdateRequest {
  readonly name: string;
  /**
   * Makes the new hub object from the stored one; called again when another write came between. What it gives is
   * handed over and changed. `old` is read-only. Errors: StatusError.
   */
  /**
   * The change starts from the stored object (a patch), so that its uid and resourceVersion say nothing unless the
   * client changed them.
   */
  readonly fromStored?: boolean;
  readonly change: (old: ObjectRecord) => Promise<KubeObject>;
  /** What to do where the object does not exist; absent: 404. */
  readonly createInstead?: () => Promise<ObjectRecord>;
}

export interface UpdateResult {
  readonly record: ObjectRecord;
  readonly created: boolean;
}

/** Attempts against other writers before the client is told of the conflict. */
const ATTEMPTS = 50;

/**
 * Changes an object: read, change, check, compare-and-swap, and again while others are faster, unless the client said
 * which version it means. A change that changes nothing is not stored. Errors: StatusError 404, 409, 422, and what
 * admission refuses.
 */
export async function update(write: Write, request: UpdateRequest): Promise<UpdateResult> {
  const { registry, endpoint } = write;
  const key = objectKey(endpoint.definition, endpoint.namespace, request.name);
  let record = (await registry.current(endpoint.definition)).get(key);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (record === undefined) {
      if (request.createInstead === undefined) throw notFound(endpoint.ref, request.name);
      return { record: await request.createInstead(), created: true };
    }
    const outcome = await attemptUpdate(write, request, key, record);
    if ("record" in outcome) return { record: outcome.record, created: false };
    record = outcome.newest === undefined ? undefined : recordOf(outcome.newest);
  }
  throw conflict(endpoint.ref, request.name);
}

async function attemptUpdate(
  write: Write,
  request: UpdateRequest,
  key: string,
  record: ObjectRecord,
): Promise<{ record: ObjectRecord } | { newest: KeyValue | undefined }> {
  const { registry, endpoint, strategyContext } = write;
  const strategy = strategyOf(endpoint);
  const old = record.object();
  const object = await request.change(record);
  refuseStale(write, request, key, object, old);
  await mutate(write, "UPDATE", request.name, object, old);
  // An unconditional write takes the version it replaces.
  object.metadata.resourceVersion = old.metadata.resourceVersion as string;

  keepGeneration(object, old);
  if (endpoint.definition.scope === "Cluster") delete object.metadata.namespace;
  const reserver = registry.reserver(endpoint.definition);
  const reservation = endpoint.subresource === undefined ? await reserver?.reserve(object, old, strategyContext) : undefined;
  let stored = false;
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
    if (write.admitted !== true) await registry.admission.validate(attributesOf(write, "UPDATE", request.name, object, old));
    if (endpoint.definition.custom !== true) nullEmptyLists(object, endpoint.definition.hub.schema);
    if (isLastFinalizerGone(object, old, endpoint.definition.strategy)) {
      const removed = await removeObject(write, key, record.revision);
      if ("conflict" in removed) return { newest: removed.conflict };
      if (!write.options.dryRun) await reserver?.release(old);
      return { record: await asStored(write, key, object, record) };
    }
    keepTimes(object, old);
    if (equalJson(object, old)) return { record };
    const outcome = await putObject(write, key, object, record.revision);
    if ("conflict" in outcome) return { newest: outcome.conflict };
    stored = !write.options.dryRun;
    return { record: outcome.record };
  } finally {
    await (stored ? reservation?.commit() : reservation?.rollback());
  }
}

/** The client named the version it read, or the very object: another one is a conflict. */
function refuseStale({ endpoint }: Write, request: UpdateRequest, key: string, object: KubeObject, old: KubeObject): void {
  const { name } = request;
  const { uid, resourceVersion } = object.metadata;
  if (uid && uid !== old.metadata.uid && request.fromStored !== true) {
    throw preconditionFailed(endpoint, key, name, "UID", uid, old.metadata.uid ?? "");
  }
  if (resourceVersion && resourceVersion !== "0" && resourceVersion !== old.metadata.resourceVersion) throw conflict(endpoint.ref, name);
}

/** A deleted object waits for its finalizers; the write that removes the last one removes the object. */
function isLastFinalizerGone(object: KubeObject, old: KubeObject, strategy: Strategy): boolean {
  if (old.metadata.deletionTimestamp === undefined || (object.metadata.finalizers?.length ?? 0) > 0) return false;
  return (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 && (strategy.isFinalized?.(object) ?? true);
}

/** What a client is shown of an object that its own write removed. */
async function asStored(write: Write, key: string, object: KubeObject, old: ObjectRecord): Promise<ObjectRecord> {
  const shown = await putObject({ ...write, options: { ...write.options, dryRun: true } }, key, object, old.revision);
  return "record" in shown ? shown.record : old;
}
