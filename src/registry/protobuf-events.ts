import type { ReadonlyJsonObject } from "../object/json.ts";
import { watchFrame } from "../protobuf/watch-frame.ts";
import type { ServedVersion } from "../resources/definition.ts";
import { bookmarkMetadata } from "./event-encoder.ts";
import { metadataSchema, objectBody } from "./protobuf-answer.ts";
import type { Registry } from "./registry.ts";
import { objectType, type Form } from "./representation.ts";
import type { EventEncoder } from "./watch.ts";

/** Events as protobuf messages with their lengths, around the objects' own bytes, shared as those of JSON are. */
export function protobufEvents(registry: Registry, served: ServedVersion, form: Form): EventEncoder {
  const { apiVersion, kind } = objectType(served, form);
  return {
    shared: `protobuf ${form} ${apiVersion}`,
    event: (type, record) => watchFrame(type, objectBody(record, served, form, registry)),
    bookmark: (revision, initialEventsEnd) => {
      const object: ReadonlyJsonObject = { metadata: bookmarkMetadata(revision, initialEventsEnd) };
      const schema = form === "object" ? served.schema : metadataSchema(registry);
      return watchFrame("BOOKMARK", registry.protobufBodies.writeAs(apiVersion, kind, object, schema));
    },
    error: (status) => watchFrame("ERROR", registry.protobufBodies.write({ ...status } as unknown as ReadonlyJsonObject)),
  };
}
