import type { AdmissionAttributes, Operation } from "../admission/admission.ts";
import { dropManagedFields } from "../apply/managed-fields.ts";
import { copyJson, equalJson } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { invalid } from "../object/status.ts";
import type { FieldError } from "../object/field-error.ts";
import type { RequestContext } from "../request/context.ts";
import type { StrategyContext, VersionForms } from "../resources/definition.ts";
import { recordOf, storedValue, unstoredRecord, type ObjectRecord } from "../storage/cache/record.ts";
import { StorageError, type KeyValue } from "../storage/storage.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Registry } from "./registry.ts";
import type { WriteOptions } from "./write-options.ts";

/** Everything that a write needs beside its object: where, who, how. */
export interface Write {
  readonly registry: Registry;
  readonly endpoint: Endpoint;
  readonly context: RequestContext;
  readonly options: WriteOptions;
  readonly strategyContext: StrategyContext;
  /** Admission has judged the whole request (an eviction): it is not asked about the single writes that this takes. */
  readonly admitted?: boolean;
}

/** A write on its way to an endpoint; the time is taken once. */
export function writeTo(registry: Registry, endpoint: Endpoint, context: RequestContext, options: WriteOptions): Write {
  return {
    registry,
    endpoint,
    context,
    options,
    strategyContext: {
      now: registry.now(),
      user: context.user,
      settings: registry.settings,
      dryRun: options.dryRun,
      apiVersion: groupVersion(endpoint.served.group, endpoint.served.version),
      warn: (text) => void context.warnings.add(text),
    },
  };
}

/** What admission is told of a write. */
export function attributesOf(
  write: Write,
  operation: Operation,
  name: string,
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
): AdmissionAttributes {
  const { endpoint, context, options } = write;
  return {
    operation,
    definition: endpoint.definition,
    served: endpoint.served,
    subresource: endpoint.subresource?.name ?? "",
    ref: endpoint.ref,
    namespace: endpoint.namespace,
    name,
    object,
    oldObject,
    user: context.user,
    options: options.raw,
    dryRun: options.dryRun,
    deadline: context.deadline,
    warn: (text) => warn(write, text),
    annotate: (key, value) => void context.annotations.set(key, value),
  };
}

/** Adds a Warning header text, once. */
export function warn({ context }: Write, text: string): void {
  context.warnings.add(text);
}

/** Errors: StatusError 422 with all faults, if there are any. */
export function refuseInvalid(write: Write, name: string, errors: readonly FieldError[]): void {
  // Whatever version was spoken, the original names the kind as it is stored.
  const { hub } = write.endpoint.definition;
  if (errors.length > 0) throw invalid({ group: hub.group, kind: hub.kind }, name, errors);
}

/** Another write came between: what stands at the key now. */
export interface Conflict {
  readonly conflict: KeyValue | undefined;
}

type CommitOutcome = { readonly record: ObjectRecord } | Conflict;

/**
 * Stores a hub object if its key is still at `expected` (0: absent). The object is handed over; one that is too large to
 * be stored loses its managedFields, which may be what makes it so. A dry run gives the record that would have been
 * stored.
 */
export async function putObject(write: Write, key: string, object: KubeObject, expected: number): Promise<CommitOutcome> {
  try {
    return await commitObject(write, key, object, expected);
  } catch (error) {
    if (!(error instanceof StorageError && error.reason === "tooLarge") || object.metadata.managedFields === undefined) throw error;
    dropManagedFields(object);
    return commitObject(write, key, object, expected);
  }
}

async function commitObject(write: Write, key: string, object: KubeObject, expected: number): Promise<CommitOutcome> {
  const { registry, endpoint, options } = write;
  const { forms } = endpoint.definition;
  const storage = registry.caches.storageOf(endpoint.definition);
  if (forms !== undefined && object.apiVersion !== forms.storedAs) return commitConverted(write, forms, key, object, expected);
  const value = storedValue(object);
  if (options.dryRun) return { record: unstoredRecord(key, value, expected, object) };
  const ttl = endpoint.definition.ttlSeconds;
  const lease = ttl === undefined ? 0 : await storage.grantLease(ttl);
  registry.caches.remember(value, object);
  const result = await storage.commit({
    compares: [{ key, modRevision: expected }],
    operations: [{ type: "put", key, value, ...(lease === 0 ? {} : { lease }) }],
  });
  if (!result.succeeded) return { conflict: result.current[0] };
  const cache = registry.caches.of(endpoint.definition);
  const cached = cache.started ? cache.get(key) : undefined;
  if (cached?.revision === result.revision) return { record: cached };
  return { record: recordOf({ key, value, modRevision: result.revision, createRevision: 0, lease }, object) };
}

/** The same for an object that is stored in another version, and shown as it is read back from that. */
async function commitConverted(
  write: Write,
  forms: VersionForms,
  key: string,
  object: KubeObject,
  expected: number,
): Promise<CommitOutcome> {
  const { registry, endpoint, options } = write;
  const { definition } = endpoint;
  const storage = registry.caches.storageOf(definition);
  const sent = copyJson(object);
  delete sent.metadata.resourceVersion;
  const [stored] = (await forms.convert([sent], forms.storedAs)) as [KubeObject];
  forms.prune(stored);
  const value = storedValue(stored);
  const shown = async (modRevision: number): Promise<ObjectRecord> => {
    const [record] = await registry.caches.records(definition, [{ key, value, modRevision, createRevision: 0, lease: 0 }]);
    return record as ObjectRecord;
  };
  if (options.dryRun) {
    const again = copyJson((await shown(1)).object());
    delete again.metadata.resourceVersion;
    return { record: unstoredRecord(key, storedValue(again), expected, again) };
  }
  const present = expected > 0 ? await storage.get(key) : undefined;
  const isSame = present?.modRevision === expected && equalJson(recordOf(present).object(), recordOf({ ...present, value }).object());
  // What changes in one version may be no change in the one that is stored.
  if (isSame) return { record: await shown(expected) };
  const result = await storage.commit({
    compares: [{ key, modRevision: expected }],
    operations: [{ type: "put", key, value }],
  });
  return result.succeeded ? { record: await shown(result.revision) } : { conflict: result.current[0] };
}

/** Removes an object that is still at `expected`, and tells at which revision; a dry run says it would, at `expected`. */
export async function removeObject(write: Write, key: string, expected: number): Promise<{ readonly revision: number } | Conflict> {
  if (write.options.dryRun) return { revision: expected };
  const result = await write.registry.caches
    .storageOf(write.endpoint.definition)
    .commit({ compares: [{ key, modRevision: expected }], operations: [{ type: "delete", key }] });
  return result.succeeded ? { revision: result.revision } : { conflict: result.current[0] };
}
