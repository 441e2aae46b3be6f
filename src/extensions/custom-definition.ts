import { equalJson, copyJson, getOwn, isObject, type JsonValue, type ReadonlyJson, type ReadonlyJsonObject } from "../object/json.ts";
import type { FieldError } from "../object/field-error.ts";
import { requiredField } from "../object/field-error.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { dnsSubdomain, isUnqualifiedFinalizer, maskTrailingHyphen } from "../object/names.ts";
import { quoteText } from "../object/quote.ts";
import { notImplemented } from "../object/status.ts";
import { booleanIn, objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import type { ResourceDefinition, ServedVersion, Strategy, Subresource } from "../resources/definition.ts";
import { applyDefaults, dropNulls } from "../schema/default.ts";
import { schemaFromOpenApi } from "../schema/from-openapi.ts";
import { prune } from "../schema/prune.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { listTypeFaults, ValueValidator } from "../schema/validate-value.ts";
import { customColumns } from "./custom-columns.ts";
import { parseJsonPath } from "./json-path.ts";
import { RuleValidator } from "./rule-validator.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;
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
  const strategy = customStrategy(storage, hasStatus);
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
    subresources: customSubresources(subresources, strategy, hasStatus),
    strategy,
    columns: customColumns(storage),
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
export function openApiOf(version: ReadonlyJsonObject): ReadonlyJsonObject {
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

function customStrategy(storage: ReadonlyJsonObject, hasStatus: boolean): Strategy {
  let validator: ValueValidator | undefined;
  let rules: { readonly validator: RuleValidator | undefined } | undefined;
  const ruleFaults = (object: KubeObject, old: KubeObject | undefined, found: readonly FieldError[]): FieldError[] => {
    rules ??= { validator: RuleValidator.of(openapi) };
    return rules.validator?.validate(object, old, found) ?? [];
  };
  const openapi = openApiOf(storage);
  const faults = (object: KubeObject): FieldError[] => {
    validator ??= new ValueValidator();
    return [...validator.validate(object, openapi), ...listTypeFaults(object, openapi), ...embeddedFaults(object, openapi)];
  };
  return {
    nameRule: (name, prefix) => dnsSubdomain(prefix ? maskTrailingHyphen(name) : name),
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    defaultGarbageCollection: "background",
    returnDeletedObject: false,
    generationOnCreate: true,
    generationChanged: (object, old) => !equalJson(contentOf(object, hasStatus), contentOf(old, hasStatus)),
    prepareForCreate: (object) => {
      object.metadata.generation = 1;
      if (hasStatus) delete object["status"];
    },
    prepareForUpdate: (object, old) => {
      if (hasStatus) keep(object, old, "status");
    },
    validate: (object) => {
      const found = faults(object);
      return [...found, ...ruleFaults(object, undefined, found)];
    },
    validateUpdate: (object, old) => {
      const found = withoutUnchanged(faults(object), object, old);
      return [...found, ...ruleFaults(object, old, found)];
    },
    warnings: finalizerWarnings,
    ...(hasStatus ? { resetFields: resetFields("f:status") } : {}),
  };
}

/** Finalizers without a domain, which built-in kinds refuse. Told where they are new. */
function finalizerWarnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  const known = old?.metadata.finalizers ?? [];
  return (metadata.finalizers ?? [])
    .filter((finalizer) => isUnqualifiedFinalizer(finalizer) && !known.includes(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${quoteText(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

/** What raises the generation: everything but metadata and, where it has a door of its own, the status. */
function contentOf(object: KubeObject, hasStatus: boolean): ReadonlyJsonObject {
  const { metadata: _, status, ...rest } = object;
  return hasStatus || status === undefined ? rest : { ...rest, status };
}

function keep(object: KubeObject, old: KubeObject, member: string): void {
  const value = old[member];
  if (value === undefined) delete object[member];
  else object[member] = copyJson(value) as JsonValue;
}

/** Reset fields by any version: the trees are the same in all of them. */
function resetFields(...members: readonly string[]): Readonly<Record<string, ReadonlyJsonObject>> {
  const tree = Object.fromEntries(members.map((member) => [member, {}]));
  return new Proxy(
    {},
    { get: () => tree, has: () => true, getOwnPropertyDescriptor: () => ({ value: tree, enumerable: true, configurable: true }) },
  );
}

function customSubresources(subresources: ReadonlyJsonObject, main: Strategy, hasStatus: boolean): ReadonlyMap<string, Subresource> {
  const doors = new Map<string, Subresource>();
  if (hasStatus) {
    const strategy: Strategy = {
      ...main,
      prepareForUpdate: (object, old) => {
        const { status, metadata } = object;
        for (const name of Object.keys(object)) if (!["apiVersion", "kind", "metadata", "status"].includes(name)) delete object[name];
        for (const name of Object.keys(old)) if (!["apiVersion", "kind", "metadata", "status"].includes(name)) keep(object, old, name);
        // Through this door only managedFields of metadata change.
        object.metadata = {
          ...copyJson(old.metadata),
          ...(metadata.managedFields === undefined ? {} : { managedFields: metadata.managedFields }),
        };
        if (metadata.resourceVersion !== undefined) object.metadata.resourceVersion = metadata.resourceVersion;
        if (status === undefined) delete object["status"];
      },
      resetFields: resetFields("f:spec", "f:metadata"),
    };
    delete (strategy as { generationChanged?: unknown }).generationChanged;
    doors.set("status", { type: "object", verbs: ["get", "patch", "update"], strategy });
  }
  const scale = getOwn(subresources, "scale");
  if (isObject(scale)) {
    doors.set("scale", {
      type: "scale",
      verbs: ["get", "patch", "update"],
      specReplicas: stringIn(scale, "specReplicasPath").replace(/^\./, ""),
      statusReplicas: stringIn(scale, "statusReplicasPath").replace(/^\./, ""),
      selector: stringIn(scale, "labelSelectorPath").replace(/^\./, "") || undefined,
    });
  }
  return doors;
}

/** An embedded resource says what it is. */
function embeddedFaults(value: ReadonlyJson | undefined, schema: ReadonlyJsonObject, path = "", depth = 0): FieldError[] {
  if (depth > 100 || value === undefined) return [];
  if (Array.isArray(value)) {
    const items = getOwn(schema, "items");
    return isObject(items)
      ? (value as readonly ReadonlyJson[]).flatMap((item, i) => embeddedFaults(item, items, `${path}[${i}]`, depth + 1))
      : [];
  }
  if (!isObject(value)) return [];
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const own =
    getOwn(schema, "x-kubernetes-embedded-resource") === true
      ? ["apiVersion", "kind"].filter((name) => !getOwn(value, name)).map((name) => requiredField(at(name)))
      : [];
  const properties = getOwn(schema, "properties");
  const additional = getOwn(schema, "additionalProperties");
  const inner = Object.keys(value).flatMap((key) => {
    const property = isObject(properties) ? getOwn(properties, key) : undefined;
    const member = isObject(property) ? property : isObject(additional) ? additional : undefined;
    return member === undefined ? [] : embeddedFaults(value[key], member, at(key), depth + 1);
  });
  return [...own, ...inner];
}

/** Ratcheting (KEP-4008): what was wrong before and has not changed does not block an update. */
function withoutUnchanged(faults: FieldError[], object: KubeObject, old: KubeObject): FieldError[] {
  return faults.filter((fault) => {
    if (fault.field === "<nil>") return true;
    const read = parseJsonPath(`.${fault.field}`);
    const [now] = read?.(object) ?? [];
    const [before] = read?.(old) ?? [];
    return now === undefined || !equalJson(now, before);
  });
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
