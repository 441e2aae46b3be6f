import type { KubeObject } from "../../object/kube-object.ts";
import { isSet, numberIn, objectIn, stringIn } from "../../object/read.ts";
import { ageSince } from "../common-cells.ts";
import type { KindBehaviour, StrategyContext } from "../definition.ts";
import { pathNames } from "../name-rules.ts";
import { eventConversion } from "./event-conversion.ts";
import { validateEvent, validateEventUpdate } from "./event-validation.ts";

const spoken = ({ apiVersion = "v1" }: StrategyContext): string => apiVersion;

/** The first of some members that is set. */
function firstSet(event: KubeObject, ...members: readonly string[]): string | undefined {
  return members.map((member) => stringIn(event, member)).find((text) => text !== "");
}

function lastSeen(event: KubeObject, now: number): string {
  if (isSet(event, "series")) return ageSince(stringIn(objectIn(event, "series"), "lastObservedTime") || undefined, now);
  return ageSince(firstSet(event, "lastTimestamp", "firstTimestamp", "eventTime"), now);
}

/** Who saw it: a component and where it runs, under their older or newer names. */
function sourceCell(event: KubeObject): string {
  const source = objectIn(event, "source");
  const component = stringIn(source, "component") || stringIn(event, "reportingComponent");
  const instance = stringIn(source, "host") || stringIn(event, "reportingInstance");
  return instance === "" ? component : `${component}, ${instance}`;
}

function objectCell(event: KubeObject): string {
  const about = objectIn(event, "involvedObject");
  const kind = stringIn(about, "kind").toLowerCase();
  const name = stringIn(about, "name");
  return name === "" ? kind : `${kind}/${name}`;
}

function countCell(event: KubeObject): number {
  if (isSet(event, "series")) return numberIn(objectIn(event, "series"), "count");
  return numberIn(event, "count") || 1;
}

/** Members of a reference, as field selectors name them. */
const references = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

/** The labels of events.k8s.io/v1, where what an event is about and who reports it have other names. */
const newerLabels: ReadonlyMap<string, string> = new Map([
  ...["metadata.name", "metadata.namespace", "reason", "type"].map((label) => [label, label] as const),
  ...references.map((member) => [`regarding.${member}`, `involvedObject.${member}`] as const),
  ["reportingController", "reportingComponent"],
]);

/** What Events do beyond the tables: one stored object, in two APIs. */
export const event: KindBehaviour = {
  conversions: { "events.k8s.io/v1": eventConversion },
  strategy: {
    // Older events may have any name that a path can hold; the newer form's rules see to metadata themselves.
    nameRule: pathNames,
    checksMetadata: false,
    validate: (object, context) => validateEvent(object, spoken(context)),
    validateUpdate: (object, old, context) => validateEventUpdate(object, old, spoken(context)),
  },
  cells: {
    "Last Seen": lastSeen,
    "Type": (object) => stringIn(object, "type"),
    "Reason": (object) => stringIn(object, "reason"),
    "Object": objectCell,
    "Subobject": (object) => stringIn(objectIn(object, "involvedObject"), "fieldPath"),
    "Source": sourceCell,
    "Message": (object) => stringIn(object, "message").trim(),
    "First Seen": (object, now) => ageSince(firstSet(object, "firstTimestamp", "eventTime"), now),
    "Count": countCell,
  },
  selectableFields: { source: (object) => stringIn(objectIn(object, "source"), "component") || stringIn(object, "reportingComponent") },
  versions: { "events.k8s.io/v1": { fieldLabels: newerLabels } },
};
