import type { JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";

/** Where events.k8s.io/v1 and v1 name the same field differently: an event is one stored object, in v1's form. */
const NAMES: readonly (readonly [eventsV1: string, v1: string])[] = [
  ["reportingController", "reportingComponent"],
  ["regarding", "involvedObject"],
  ["note", "message"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
];

/** From and to events.k8s.io/v1. */
export const eventConversion = {
  toHub: (event: KubeObject): KubeObject => {
    const hub = renamed(event, "v1", 0, 1);
    for (const name of SHOWN_EMPTY) hub[name] ??= "";
    return hub;
  },
  fromHub: (event: KubeObject): KubeObject => {
    for (const name of SHOWN_EMPTY) if (event[name] === "") delete event[name];
    return renamed(event, "events.k8s.io/v1", 1, 0);
  },
};

/** Texts that v1 shows even where they are empty. */
const SHOWN_EMPTY = ["reportingComponent", "reportingInstance"];

function renamed(event: KubeObject, apiVersion: string, from: 0 | 1, to: 0 | 1): KubeObject {
  const moved: JsonObject = {};
  for (const names of NAMES) {
    const value = event[names[from]];
    if (value === undefined) continue;
    delete event[names[from]];
    moved[names[to]] = value;
  }
  return Object.assign(event, moved, { apiVersion });
}
