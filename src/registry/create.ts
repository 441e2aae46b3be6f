import { copyJson } from "../object/json.ts";
import { generateName, randomUid } from "../object/names-generator.ts";
import { nullEmptyLists } from "../schema/empty-lists.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { alreadyExists, alreadyExistsDeleting, generateNameConflict, plainError } from "../object/status.ts";
import { validateObjectMeta } from "../validation/object-meta.ts";
import { recordOf, type ObjectRecord } from "../storage/cache/record.ts";
import type { KeyValue } from "../storage/storage.ts";
import { objectKey, strategyOf } from "./endpoint.ts";
import { fillSystemMetadata } from "./metadata.ts";
import { mutate } from "./mutate.ts";
import { metaRules } from "./meta-rules.ts";
import { afterFailure, type Reservation } from "./reserver.ts";
import { namesVersion } from "./version-text.ts";
import { attributesOf, putObject, refuseInvalid, warn, type Write } from "./write.ts";

/** Generated names that are tried before the client is told to come again. */
const NAME_ATTEMPTS = 8;

/**
 * Stores a new hub object, already decoded, defaulted and with its writer's managedFields. The object is handed over
 * and changed. Errors: StatusError 409 where the name is taken, 422 with all faults, and what admission refuses.
 */
export async function create(write: Write, object: KubeObject): Promise<ObjectRecord> {
  const { registry, endpoint, strategyContext } = write;
  const { definition } = endpoint;
  const strategy = strategyOf(endpoint);
  await mutate(write, "CREATE", object.metadata.name ?? "", object, undefined);

  if (definition.scope === "Cluster") delete object.metadata.namespace;
  const generated = !object.metadata.name && object.metadata.generateName ? object.metadata.generateName : undefined;
  for (let attempt = 1; ; attempt++) {
    // What a kind prepares may hold the name (a job's labels), so each name starts from the object as it was sent.
    const named = generated === undefined ? object : copyJson(object);
    if (generated !== undefined) named.metadata.name = generateName(generated, registry.randomBytes);
    fillSystemMetadata(named, strategy, strategyContext, randomUid(registry.randomBytes));
    strategy.prepareForCreate?.(named, strategyContext);
    const outcome = await attemptCreate(write, named);
    if ("record" in outcome) return outcome.record;
    const name = named.metadata.name as string;
    if (generated === undefined)
      throw outcome.existing !== undefined && isDeleting(outcome.existing)
        ? alreadyExistsDeleting(endpoint.ref, name)
        : alreadyExists(endpoint.ref, name);
    if (attempt === NAME_ATTEMPTS) throw generateNameConflict(endpoint.ref, name);
  }
}

async function attemptCreate(write: Write, object: KubeObject): Promise<{ record: ObjectRecord } | { existing: KeyValue | undefined }> {
  const { registry, endpoint, strategyContext } = write;
  const strategy = strategyOf(endpoint);
  const name = object.metadata.name ?? "";
  const reservation = await registry.reserver(endpoint.definition)?.reserve(object, undefined, strategyContext);
  let end: keyof Reservation | undefined = "rollback";
  try {
    const own = strategy.validate?.(object, strategyContext) ?? [];
    if (strategy.checksMetadata === false) refuseInvalid(write, name, own);
    refuseInvalid(write, name, [...validateObjectMeta(object, metaRules(endpoint)), ...own]);
    for (const text of strategy.warnings?.(object, undefined, strategyContext) ?? []) warn(write, text);
    strategy.canonicalize?.(object);
    await registry.admission.validate(attributesOf(write, "CREATE", name, object, undefined));
    // Only the store of the original refuses it, which a dry run does not reach.
    if (namesVersion(object.metadata) && !write.options.dryRun)
      throw plainError("resourceVersion should not be set on objects to be created");
    delete object.metadata.resourceVersion;
    if (endpoint.definition.custom !== true) nullEmptyLists(object, endpoint.definition.hub.schema);
    const key = objectKey(endpoint.definition, endpoint.namespace, name);
    if (write.options.dryRun) {
      const existing = await registry.caches.storageOf(endpoint.definition).get(key);
      if (existing !== undefined) return { existing };
    }
    const outcome = await putObject(write, key, object, 0);
    if ("conflict" in outcome) return { existing: outcome.conflict };
    if (!write.options.dryRun) end = "commit";
    return { record: outcome.record };
  } catch (error) {
    end = afterFailure(error);
    throw error;
  } finally {
    if (end !== undefined) await reservation?.[end]();
  }
}

function isDeleting(pair: KeyValue): boolean {
  return recordOf(pair).object().metadata.deletionTimestamp !== undefined;
}
