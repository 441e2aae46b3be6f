import { timestamp } from "../object/timestamp.ts";
import { copyJson, isObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { conflict } from "../object/status.ts";
import type { Strategy } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { DeleteOptions } from "./delete-options.ts";
import { retryOnConflict } from "./retry-on-conflict.ts";
import { attributesOf, putObject, removeObject, type Conflict, type Write } from "./write.ts";

/** Finalizers by which the garbage collector takes part in a delete (concepts/architecture/garbage-collection). */
const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

interface DeleteResult {
  /** The object as it was last, or as it is marked now. */
  readonly record: ObjectRecord;
  /** Gone from the store; false: marked, and waiting for grace or finalizers. */
  readonly removed: boolean;
}

/**
 * Deletes an object: at once, or marked with a deletionTimestamp where it has grace or finalizers left. Errors:
 * StatusError 404, 409 for preconditions that do not hold, and what admission refuses.
 */
export function remove(write: Write, name: string, options: DeleteOptions): Promise<DeleteResult> {
  return retryOnConflict(write, name, (record, key) => attemptRemove(write, name, key, record, options), { directly: true });
}

async function attemptRemove(
  write: Write,
  name: string,
  key: string,
  record: ObjectRecord,
  options: DeleteOptions,
): Promise<DeleteResult | Conflict> {
  const { registry, endpoint, strategyContext } = write;
  const { strategy } = endpoint.definition;
  const old = record.object();
  refusePreconditions(write, name, old, options);
  const grace = graceOf(old, strategy, options);
  if (isEnding(old, grace, options)) return { record, removed: false };
  const judge = write.admitted === true ? undefined : (of: KubeObject) => judgeRemoval(write, of, grace);
  await judge?.(old);

  const finalizers = finalizersAfter(old, strategy, options);
  const waits = finalizers.length > 0 || (grace !== undefined && grace > 0) || strategy.isFinalized?.(old) === false;
  if (!waits) {
    // A kind that knows grace is marked even when there is none left: its watchers see the mark, then the end.
    const last = grace === undefined ? undefined : markDeleted(old, [], grace, write);
    const current = last === undefined ? { record } : await putObject(write, key, last, record.revision);
    if ("conflict" in current) return current;
    if (last !== undefined && !options.dryRun) {
      // The original asks once more of the version that its cache still has, and then of the marked one.
      await judge?.(old);
      await judge?.(current.record.object());
    }
    const outcome = await removeObject(write, key, current.record.revision);
    if ("conflict" in outcome) return outcome;
    if (!options.dryRun) await registry.reserver(endpoint.definition)?.release(old);
    return { record: current.record.atRevision(outcome.revision), removed: true };
  }
  const marked = markDeleted(old, finalizers, grace, write);
  if (marked === undefined) return { record, removed: false };
  strategy.markDeleted?.(marked, strategyContext);
  const outcome = await putObject(write, key, marked, record.revision);
  return "conflict" in outcome ? outcome : { record: outcome.record, removed: false };
}

/** The grace that there would be: its kind's to say, and the client's own word once it runs. */
function graceOf(old: KubeObject, strategy: Strategy, { gracePeriodSeconds: asked }: DeleteOptions): number | undefined {
  const own = strategy.gracePeriod?.(old, asked);
  if (own === undefined || asked === undefined || runningGrace(old) === 0) return own;
  return asked < 0 ? 1 : asked;
}

/** A grace that runs may only be shortened: any other delete, and whatever it says of dependents, changes nothing. */
function isEnding(old: KubeObject, grace: number | undefined, { gracePeriodSeconds: asked }: DeleteOptions): boolean {
  const running = runningGrace(old);
  return grace !== undefined && running > 0 && (asked === undefined || grace >= running);
}

function runningGrace({ metadata }: KubeObject): number {
  return metadata.deletionTimestamp === undefined ? 0 : (metadata.deletionGracePeriodSeconds ?? 0);
}

/**
 * Admission of the removal of a version, which is told the grace that there will be and, where the kind has a delete of its
 * own (a namespace), which object is meant. Of a collection's objects none is named. Errors: what admission refuses.
 */
async function judgeRemoval(write: Write, old: KubeObject, grace: number | undefined): Promise<void> {
  const { registry, endpoint } = write;
  const attributes = attributesOf(write, "DELETE", endpoint.name, undefined, old);
  const { options } = attributes;
  const { preconditions } = options;
  const named = endpoint.definition.strategy.marksPlainly === true && endpoint.name !== "";
  const uid = { uid: old.metadata.uid ?? "" };
  const judged = {
    ...attributes,
    options: {
      ...options,
      ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
      ...(named ? { preconditions: isObject(preconditions) ? { ...preconditions, ...uid } : uid } : {}),
    },
  };
  await registry.admission.mutate(judged);
  await registry.admission.validate(judged);
}

/** Errors: StatusError 409 where the options name another object or version than this one. */
export function refusePreconditions({ endpoint }: Write, name: string, old: KubeObject, options: DeleteOptions): void {
  const { uid = "", resourceVersion = "" } = old.metadata;
  // The original names the kind here, where other conflicts name the resource.
  const kind = { group: endpoint.served.group, plural: endpoint.served.kind };
  if (options.uid !== undefined && options.uid !== uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** The finalizers with the garbage collector's own added or taken away as the client, the object or its kind say. */
function finalizersAfter(old: KubeObject, strategy: Strategy, options: DeleteOptions): string[] {
  const present = old.metadata.finalizers ?? [];
  const wanted = garbageCollectionFinalizer(present, strategy, options);
  const own =
    old.metadata.deletionTimestamp === undefined ? (strategy.deletionFinalizers ?? []).filter((one) => !present.includes(one)) : [];
  const others = [...present.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND), ...own];
  return wanted === undefined
    ? others
    : present.includes(wanted) && others.length === present.length - 1
      ? [...present]
      : [...others, wanted];
}

function garbageCollectionFinalizer(present: readonly string[], strategy: Strategy, options: DeleteOptions): string | undefined {
  if (strategy.defaultGarbageCollection === "unsupported") return undefined;
  if (options.orphanDependents !== undefined) return options.orphanDependents ? ORPHAN : undefined;
  switch (options.propagationPolicy) {
    case "Orphan":
      return ORPHAN;
    case "Foreground":
      return FOREGROUND;
    case "Background":
      return undefined;
    case undefined:
      break;
  }
  if (present.includes(ORPHAN)) return ORPHAN;
  if (present.includes(FOREGROUND)) return FOREGROUND;
  return strategy.defaultGarbageCollection === "orphan" ? ORPHAN : undefined;
}

/** The object with its mark; undefined where it bears it already and nothing changes. */
function markDeleted(
  old: KubeObject,
  finalizers: string[],
  grace: number | undefined,
  { endpoint, strategyContext }: Write,
): KubeObject | undefined {
  const before = old.metadata;
  const already = before.deletionTimestamp !== undefined;
  const shortened = already && grace !== undefined && grace < (before.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers =
    finalizers.length === (before.finalizers?.length ?? 0) && finalizers.every((finalizer, i) => finalizer === before.finalizers?.[i]);
  if (already && !shortened && sameFinalizers) return undefined;
  const object = copyJson(old);
  const { metadata } = object;
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  if (already && !shortened) return object;
  const seconds = grace ?? 0;
  const from = already
    ? Date.parse(before.deletionTimestamp as string) - (before.deletionGracePeriodSeconds ?? 0) * 1000
    : Date.parse(strategyContext.now);
  metadata.deletionTimestamp = timestamp(from + seconds * 1000);
  if (endpoint.definition.strategy.marksPlainly === true) return object;
  metadata.deletionGracePeriodSeconds = seconds;
  if (!already && metadata.generation !== undefined && metadata.generation > 0) metadata.generation++;
  return object;
}
