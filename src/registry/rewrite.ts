import { copyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { conflict, notFound } from "../object/status.ts";
import { recordOf, type ObjectRecord } from "../storage/cache/record.ts";
import { objectKey } from "./endpoint.ts";
import { preconditionFailed } from "./preconditions.ts";
import { putObject, type Write } from "./write.ts";

export interface Rewrite {
  readonly name: string;
  /** "" and undefined: any. */
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** Changes a copy of the stored object in place; called again when another write came between. Errors: StatusError. */
  readonly change: (object: KubeObject) => void;
}

/** Attempts against other writers before the client is told of the conflict. */
const ATTEMPTS = 50;

/**
 * Changes a stored object as the server itself does: past its strategy, which forbids clients what a binding may do, and
 * without an owner. Errors: StatusError 404, 409, and those of `change`.
 */
export async function rewrite(write: Write, { name, uid, resourceVersion, change }: Rewrite): Promise<ObjectRecord> {
  const { registry, endpoint } = write;
  const key = objectKey(endpoint.definition, endpoint.namespace, name);
  let record = (await registry.current(endpoint.definition)).get(key);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (record === undefined) throw notFound(endpoint.ref, name);
    const object = copyJson(record.object());
    const { metadata } = object;
    if (uid && uid !== metadata.uid) throw preconditionFailed(endpoint, key, name, "UID", uid, metadata.uid ?? "");
    if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
      throw preconditionFailed(endpoint, key, name, "ResourceVersion", resourceVersion, metadata.resourceVersion ?? "");
    }
    change(object);
    const outcome = await putObject(write, key, object, record.revision);
    if ("record" in outcome) return outcome.record;
    record = outcome.conflict === undefined ? undefined : recordOf(outcome.conflict);
  }
  throw conflict(endpoint.ref, name);
}
