import { stringifyJson } from "../codec/json-text.ts";
import type { JsonObject } from "../object/json.ts";
import type { Status } from "../object/status.ts";
import type { ResourceDefinition, ServedVersion } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { RepresentationCache } from "../storage/cache/representation-cache.ts";
import { objectBytes, objectType, type Form } from "./representation.ts";
import type { EventEncoder } from "./watch.ts";

const FRAME_END = Buffer.from("}\n");

/** Marks the end of the initial state in a streaming list (KEP-3157). */
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** Newline-separated JSON events around the objects' own bytes, shared by every watcher of the same form. */
export function jsonEvents(definition: ResourceDefinition, served: ServedVersion, form: Form, cache: RepresentationCache): EventEncoder {
  const type = objectType(served, form);
  return {
    shared: `${form} ${type.apiVersion}`,
    event: (kind, record: ObjectRecord) =>
      Buffer.concat([opening(kind), objectBytes(record, definition.hub, served, form, cache), FRAME_END]),
    bookmark: (revision, initialEventsEnd) => jsonFrame("BOOKMARK", { ...type, metadata: bookmarkMetadata(revision, initialEventsEnd) }),
    error: (status: Status) => jsonFrame("ERROR", { ...status } as unknown as JsonObject),
  };
}

/** metadata of a bookmark: how far the watcher has seen. */
export function bookmarkMetadata(revision: number, initialEventsEnd: boolean): JsonObject {
  return { resourceVersion: String(revision), ...(initialEventsEnd ? { annotations: { [INITIAL_EVENTS_END]: "true" } } : {}) };
}

/** One event of a JSON watch stream. */
function jsonFrame(type: string, object: JsonObject): Buffer {
  return Buffer.concat([opening(type), Buffer.from(stringifyJson(object)), FRAME_END]);
}

function opening(type: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":`);
}
