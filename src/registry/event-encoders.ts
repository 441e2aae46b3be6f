import type { Call } from "./encode-answer.ts";
import { jsonEvents } from "./event-encoder.ts";
import { protobufEvents } from "./protobuf-events.ts";
import { tableEvents } from "./table-answer.ts";
import type { EventEncoder } from "./watch.ts";

/** How the events of a watch are written in the form that the client accepts. */
export function eventEncoder({ registry, endpoint, accept, ...call }: Call): EventEncoder {
  if (accept.transform?.kind === "Table") return tableEvents({ registry, endpoint, accept, ...call });
  const form = accept.transform === undefined ? "object" : accept.transform.version === "v1beta1" ? "v1beta1" : "v1";
  if (accept.format === "protobuf") return protobufEvents(registry, endpoint.served, form);
  return jsonEvents(endpoint.definition, endpoint.served, form, registry.representations);
}
