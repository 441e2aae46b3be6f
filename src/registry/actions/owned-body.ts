import { trackUpdate } from "../../apply/updater.ts";
import { groupVersion, type KubeObject } from "../../object/kube-object.ts";
import type { BodyFormat, BodyType } from "../decode-body.ts";
import { checkNamespace, decodeSent } from "../object-body.ts";
import { doorOf, writerOf } from "../ownership.ts";
import type { Write } from "../write.ts";
import { actionType } from "./action-body.ts";

/**
 * Reads the body of a review or request that is answered with itself: decoded, in the place that the URL names, its fields
 * owned by its writer as in any other object. `applyDefaults`: those that the tables do not hold. Errors: StatusError
 * 400 in the original's words.
 */
export function readOwnedBody(write: Write, body: Buffer, format: BodyFormat, applyDefaults?: (object: KubeObject) => void): KubeObject {
  const type = { ...actionType(write), applyDefaults };
  const object = decodeSent(write, body, format, type);
  checkNamespace(object, write.endpoint);
  return owned(write, object, type);
}

/** The body of an action with its fields owned by its writer: what admission is shown. Changes it in place. */
export function owned(write: Write, object: KubeObject, type: BodyType): KubeObject {
  const door = { ...doorOf(write), kind: type.kind, schema: type.schema, apiVersion: groupVersion(type.group, type.version) };
  trackUpdate({ door, live: undefined, updated: object, manager: writerOf(write), now: write.strategyContext.now });
  return object;
}
