import { copyJson } from "../object/json.ts";
import { copyWritten } from "../object/written-empty.ts";
import { invalid, notFound } from "../object/status.ts";
import { objectKey, strategyOf } from "./endpoint.ts";
import { checkName, checkNamespace, checkVersionText, createObject, readObject, toHub } from "./object-body.ts";
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
  checkVersionText(object.metadata);
  const strategy = strategyOf(endpoint);
  const unconditional = !object.metadata.resourceVersion || object.metadata.resourceVersion === "0";
  return update(write, {
    name: endpoint.name,
    change: async (record) => {
      const updated = copyWritten(object);
      if (unconditional && !strategy.allowUnconditionalUpdate) {
        // The original names the resource here, where other refusals name the kind.
        throw invalid({ group: endpoint.ref.group, kind: endpoint.ref.plural }, endpoint.name, [
          { type: "Invalid", field: "metadata.resourceVersion", value: 0, detail: "must be specified for an update" },
        ]);
      }
      return toHub(await withOwners(write, servedObject(record, endpoint.served), updated), endpoint.served);
    },
    createInstead: async () => {
      const { name, subresource } = endpoint;
      const { uid } = object.metadata;
      // Who names an object by its uid means that one, and no other is made in its place.
      if (uid) throw preconditionFailed(endpoint, objectKey(endpoint.definition, endpoint.namespace, name), name, "UID", uid, "");
      if (!strategy.allowCreateOnUpdate || subresource !== undefined) throw notFound(endpoint.ref, name);
      await authorizeCreate();
      return createObject(write, copyJson(object));
    },
  });
}
