import type { Call } from "./encode-answer.ts";
import { jsonEvents } from "./event-encoder.ts";
import { protobufEvents } from "./protobuf-events.ts";
import { formOf } from "./representation.ts";
import { tableEvents } from "./table-answer.ts";
import type { EventEncoder } from "./watch.ts";

/** How the events of a watch are written in the form that the client accepts. */
export function eventEncoder(call: Call): EventEncoder {
  const { registry, endpoint, accept } = call;
  if (accept.transform?.kind === "Table") return tableEvents(call);
  const form = formOf(accept);
  if (accept.format === "protobuf") return protobufEvents(registry, endpoint.served, form);
  return jsonEvents(endpoint.definition, endpoint.served, form, registry.representations);
}
