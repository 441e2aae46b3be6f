import { copyJson } from "../object/json.ts";
import { copyWritten } from "../object/written-empty.ts";
import { notFound } from "../object/status.ts";
import { objectKey, strategyOf } from "./endpoint.ts";
import { checkName, checkNamespace, createAbsent, readObject, toHub } from "./object-body.ts";
import { withOwners } from "./ownership.ts";
import { preconditionFailed } from "./preconditions.ts";
import { servedObject } from "./representation.ts";
import { update, type UpdateResult } from "./update.ts";
import type { Write } from "./write.ts";

/**
 * Replaces an object, or creates it where its kind allows that. `authorizeCreate` is asked before it creates. Errors:
 * StatusError 400, 404, 409, 422, and what admission refuses.
 */
export async function put(write: Write, authorizeCreate: () => Promise<void>): Promise<UpdateResult> {
  const { endpoint } = write;
  const object = await readObject(write);
  checkNamespace(object, endpoint);
  checkName(object, endpoint.name);
  const strategy = strategyOf(endpoint);
  return update(write, {
    name: endpoint.name,
    change: async (record) => {
      const updated = copyWritten(object);
      return toHub(await withOwners(write, servedObject(record, endpoint.served), updated), endpoint.served);
    },
    createInstead: async () => {
      const { name, subresource } = endpoint;
      const { uid } = object.metadata;
      // Who names an object by its uid means that one, and no other is made in its place.
      if (uid) throw preconditionFailed(endpoint, objectKey(endpoint.definition, endpoint.namespace, name), name, "UID", uid, "");
      if (!strategy.allowCreateOnUpdate || subresource !== undefined) throw notFound(endpoint.ref, name);
      await authorizeCreate();
      return createAbsent(write, copyJson(object), "untracked");
    },
  });
}
