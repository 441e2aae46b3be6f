import { copyJson } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import { preconditionFailed } from "./preconditions.ts";
import { retryOnConflict } from "./retry-on-conflict.ts";
import { putObject, type Write } from "./write.ts";

interface Rewrite {
  readonly name: string;
  /** "" and undefined: any. */
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** Changes a copy of the stored object in place; called again when another write came between. Errors: StatusError. */
  readonly change: (object: KubeObject) => void;
}

/**
 * Changes a stored object as the server itself does: past its strategy, which forbids clients what a binding may do, and
 * without an owner. Errors: StatusError 404, 409, and those of `change`.
 */
export async function rewrite(write: Write, { name, uid, resourceVersion, change }: Rewrite): Promise<ObjectRecord> {
  const { record } = await retryOnConflict(write, name, async (stored, key) => {
    const object = copyJson(stored.object());
    const { metadata } = object;
    if (uid && uid !== metadata.uid) throw preconditionFailed(write.endpoint, key, name, "UID", uid, metadata.uid ?? "");
    if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
      throw preconditionFailed(write.endpoint, key, name, "ResourceVersion", resourceVersion, metadata.resourceVersion ?? "");
    }
    change(object);
    return putObject(write, key, object, stored.revision);
  });
  return record;
}
