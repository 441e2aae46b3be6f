import { exactFields, matchesFields, parseFieldSelector, type FieldSelector } from "../object/field-selector.ts";
import { matchesLabels, parseLabelSelector, SelectorError } from "../object/label-selector.ts";
import { badRequest } from "../object/status.ts";
import type { ResourceDefinition } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { WatchScope } from "../storage/cache/watcher-index.ts";
import { collectionPrefix, objectKey, type Endpoint } from "./endpoint.ts";

/** Which objects of a collection a list, watch or deletecollection means. */
export interface Selection {
  /** Nothing but the namespace narrows it: every record of the range matches. */
  readonly everything: boolean;
  readonly matches: (record: ObjectRecord) => boolean;
  /** The narrowest part of the resource that holds all matches. */
  readonly scope: WatchScope;
  /** The one object it can match at most, by key. */
  readonly key: string | undefined;
}

/** Field selectors whose watchers are found through an index: many watchers of one value each. */
const INDEXED_FIELDS: readonly string[] = ["spec.nodeName"];

/** Errors: StatusError 400 for selectors that do not parse or name a field that cannot be selected. */
export function selectionOf(endpoint: Endpoint, labelText: string, fieldText: string): Selection {
  const { definition, namespace } = endpoint;
  const labels = labelText === "" ? undefined : readSelector(() => parseLabelSelector(labelText));
  const fields =
    fieldText === ""
      ? undefined
      : knownFields(
          readSelector(() => parseFieldSelector(fieldText)),
          endpoint,
        );
  if (fields !== undefined && endpoint.name !== "") refuseOtherName(fields, endpoint.name);
  const exact: ReadonlyMap<string, string> = fields === undefined ? new Map() : exactFields(fields);
  const name = endpoint.name !== "" ? endpoint.name : exact.get("metadata.name");
  const inNamespace = namespace !== "" ? namespace : exact.get("metadata.namespace");
  const prefix = collectionPrefix(definition, namespace);
  const key =
    name !== undefined && (definition.scope === "Cluster" || inNamespace) ? objectKey(definition, inNamespace ?? "", name) : undefined;
  const tests: ((record: ObjectRecord) => boolean)[] = [];
  if (key !== undefined) tests.push((record) => record.key === key);
  if (labels !== undefined) tests.push((record) => matchesLabels(labels, record.labels()));
  if (fields !== undefined) tests.push(fieldTest(fields, definition));
  const [first, second, third] = tests;
  return {
    everything: first === undefined,
    key,
    scope: scopeOf(definition, prefix, key, exact),
    matches:
      first === undefined
        ? () => true
        : second === undefined
          ? first
          : third === undefined
            ? (record) => first(record) && second(record)
            : (record) => first(record) && second(record) && third(record),
  };
}

/** A watch of one object may only be narrowed to that object. Errors: StatusError 400. */
function refuseOtherName({ requirements }: FieldSelector, name: string): void {
  const named = requirements.find(({ field, operator }) => field === "metadata.name" && operator === "=");
  if (requirements.length > 0 && named?.value !== name) throw badRequest("fieldSelector metadata.name doesn't match requested name");
}

/** Reads a selectable field of a record, for indexes. */
export function fieldReader(definition: ResourceDefinition, label: string): (record: ObjectRecord) => string {
  const read = definition.selectableFields.get(label);
  return read === undefined ? () => "" : (record) => record.field(label, read);
}

function fieldTest(fields: FieldSelector, definition: ResourceDefinition): (record: ObjectRecord) => boolean {
  const readers = new Map(fields.requirements.map(({ field }) => [field, fieldReader(definition, field)]));
  return (record) => matchesFields(fields, (label) => readers.get(label)?.(record) ?? "");
}

function readSelector<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

/** The selector in the hub's labels. Errors: StatusError 400 for a label that the version does not have. */
function knownFields(selector: FieldSelector, { definition, served }: Endpoint): FieldSelector {
  const requirements = selector.requirements.map((requirement) => {
    const field = served.fieldLabels === undefined ? requirement.field : served.fieldLabels.get(requirement.field);
    if (field === undefined || !definition.selectableFields.has(field)) throw badRequest(definition.unknownFieldText(requirement.field));
    return field === requirement.field ? requirement : { ...requirement, field };
  });
  return { ...selector, requirements };
}

function scopeOf(definition: ResourceDefinition, prefix: string, key: string | undefined, exact: ReadonlyMap<string, string>): WatchScope {
  if (key !== undefined) return { type: "key", key };
  for (const label of INDEXED_FIELDS) {
    const value = exact.get(label);
    if (value) return { type: "field", label, value };
  }
  return prefix === definition.keyPrefix ? { type: "all" } : { type: "prefix", prefix };
}
