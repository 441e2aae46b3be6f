import { getOwn, isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { booleanIn, objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import { notImplemented } from "../object/status.ts";
import type { Column, ResourceDefinition, ServedVersion, Subresource } from "../resources/definition.ts";
import { applyDefaults, dropNulls } from "../schema/default.ts";
import { schemaFromOpenApi } from "../schema/from-openapi.ts";
import { prune } from "../schema/prune.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { customColumns } from "./custom-columns.ts";
import { customStrategies, type CustomStrategies } from "./custom-strategy.ts";
import { parseJsonPath } from "./json-path.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;
const DOOR_VERBS = ["get", "patch", "update"] as const;
const PRESERVING: ReadonlyJsonObject = { "type": "object", "x-kubernetes-preserve-unknown-fields": true };

/**
 * The kind that an established CustomResourceDefinition describes: one more row beside the built-in ones. `objectMeta` is
 * the type of metadata. Schemas, columns and validators are made when they are first used, so that a definition that
 * nobody uses costs its names.
 */
export function customDefinition(crd: KubeObject, objectMeta: ObjectSchema): ResourceDefinition {
  const spec = objectIn(crd, "spec");
  const names = objectIn(objectIn(crd, "status"), "acceptedNames");
  const group = stringIn(spec, "group");
  const plural = stringIn(names, "plural");
  const kind = stringIn(names, "kind");
  const versions = objectsIn(spec, "versions");
  const storage = versions.find((version) => booleanIn(version, "storage")) ?? versions[0] ?? {};
  const byWebhook = stringIn(objectIn(spec, "conversion"), "strategy") === "Webhook";
  const all = versions.map((version) =>
    servedVersion(version, { group, kind, objectMeta, storageName: stringIn(storage, "name"), isStorage: version === storage, byWebhook }),
  );
  const hub = all[versions.indexOf(storage)] as ServedVersion;
  const subresources = objectIn(storage, "subresources");
  const hasStatus = isObject(getOwn(subresources, "status"));
  const strategies = customStrategies({
    openapi: openApiOf(storage),
    hasStatus,
    apiVersions: versions.map((version) => groupVersion(group, stringIn(version, "name"))),
  });
  let columns: readonly Column[] | undefined;
  return {
    group,
    kind,
    listKind: stringIn(names, "listKind") || `${kind}List`,
    plural,
    singular: stringIn(names, "singular"),
    shortNames: stringsIn(names, "shortNames"),
    categories: stringsIn(names, "categories"),
    scope: stringIn(spec, "scope") === "Cluster" ? "Cluster" : "Namespaced",
    custom: true,
    keyPrefix: `/registry/${group}/${plural}/`,
    served: all.filter((_, index) => booleanIn(versions[index] ?? {}, "served")),
    hub,
    // A definition that is going takes nothing new.
    verbs: crd.metadata.deletionTimestamp === undefined ? VERBS : VERBS.filter((verb) => verb !== "create"),
    subresources: subresourcesOf(subresources, strategies),
    strategy: strategies.main,
    get columns() {
      return (columns ??= customColumns(storage));
    },
    selectableFields: selectableFields(storage),
    readStored: (object) => {
      object.apiVersion = groupVersion(group, stringIn(storage, "name"));
      prune(object, hub.schema);
      dropNulls(object, hub.schema);
      applyDefaults(object, hub.schema);
    },
    unknownFieldText: (label) => `field label not supported: ${label}`,
  };
}

/** The schema of a version as it was written; one that lets everything through where there is none. */
function openApiOf(version: ReadonlyJsonObject): ReadonlyJsonObject {
  const schema = getOwn(objectIn(version, "schema"), "openAPIV3Schema");
  return isObject(schema) ? schema : PRESERVING;
}

interface VersionContext {
  readonly group: string;
  readonly kind: string;
  readonly objectMeta: ObjectSchema;
  readonly storageName: string;
  readonly isStorage: boolean;
  /** Conversion is a webhook's work. */
  readonly byWebhook: boolean;
}

function servedVersion(
  version: ReadonlyJsonObject,
  { group, kind, objectMeta, storageName, isStorage, byWebhook }: VersionContext,
): ServedVersion {
  const name = stringIn(version, "name");
  let schema: ObjectSchema | undefined;
  const made = (): ObjectSchema => (schema ??= schemaFromOpenApi(openApiOf(version), objectMeta, { root: true }) as ObjectSchema);
  const as =
    (apiVersion: string) =>
    (object: KubeObject): KubeObject => {
      if (byWebhook) throw notImplemented("this server does not call conversion webhooks yet: use the version in which objects are stored");
      // Conversion strategy None: only the apiVersion changes.
      return Object.assign(object, { apiVersion });
    };
  return {
    group,
    version: name,
    kind,
    openapi: openApiOf(version),
    get schema() {
      return made();
    },
    applyDefaults: (object) => applyDefaults(object, made()),
    ...(isStorage
      ? {}
      : { columns: customColumns(version), toHub: as(groupVersion(group, storageName)), fromHub: as(groupVersion(group, name)) }),
  };
}

function subresourcesOf(subresources: ReadonlyJsonObject, { status }: CustomStrategies): ReadonlyMap<string, Subresource> {
  const doors = new Map<string, Subresource>();
  if (status !== undefined) doors.set("status", { type: "object", verbs: DOOR_VERBS, strategy: status });
  const scale = getOwn(subresources, "scale");
  if (isObject(scale)) {
    const path = (name: string): string => stringIn(scale, name).replace(/^\./, "");
    doors.set("scale", {
      type: "scale",
      verbs: DOOR_VERBS,
      specReplicas: path("specReplicasPath"),
      statusReplicas: path("statusReplicasPath"),
      selector: path("labelSelectorPath") || undefined,
    });
  }
  return doors;
}

function selectableFields(version: ReadonlyJsonObject): ReadonlyMap<string, (object: KubeObject) => string> {
  const fields = new Map<string, (object: KubeObject) => string>([
    ["metadata.name", (object) => object.metadata.name ?? ""],
    ["metadata.namespace", (object) => object.metadata.namespace ?? ""],
  ]);
  for (const field of objectsIn(version, "selectableFields")) {
    const path = stringIn(field, "jsonPath");
    const read = parseJsonPath(path);
    fields.set(path.replace(/^\./, ""), (object) => {
      const [value] = read?.(object) ?? [];
      return value === undefined || value === null || typeof value === "object" ? "" : String(value);
    });
  }
  return fields;
}
