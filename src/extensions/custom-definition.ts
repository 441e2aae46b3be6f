import { getOwn, isObject, type ReadonlyJsonObject } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../object/read.ts";
import type { ResourceDefinition, ServedVersion, Subresource, VersionForms } from "../resources/definition.ts";
import { applyDefaults } from "../schema/default.ts";
import type { ObjectSchema } from "../schema/schema.ts";
import { acceptedNames } from "./accept-names.ts";
import { customStrategies, type CustomStrategies } from "./custom-strategy.ts";
import { CustomVersion } from "./custom-version.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] as const;
const LAST_VERBS = VERBS.filter((verb) => verb !== "create");
const LAST_SHOWN = ["delete", "deletecollection", "get", "list", "watch"] as const;
const DOOR_VERBS = ["get", "patch", "update"] as const;

/** What converts objects of a kind between its versions. The objects are handed over. Errors: StatusError 500. */
export type Convert = VersionForms["convert"];

/** What the definition of a custom resource is made from, beside its CustomResourceDefinition. */
interface DefinitionParts {
  /** The type of metadata. */
  readonly objectMeta: ObjectSchema;
  /** Asks the webhook that a CustomResourceDefinition names. Called where its conversion has the strategy Webhook. */
  readonly webhook: (crd: KubeObject) => Convert;
}

/**
 * The kind that an established CustomResourceDefinition describes: one more row beside the built-in ones. Schemas, columns
 * and validators are made when they are first used, so that a definition that nobody uses costs its names.
 */
export function customDefinition(crd: KubeObject, parts: DefinitionParts): ResourceDefinition {
  return new CustomKind(crd, parts).definition();
}

/** One CustomResourceDefinition, read: what must be at hand of it, while its schemas wait as text. */
class CustomKind {
  readonly #group: string;
  readonly #names: ReadonlyJsonObject;
  readonly #scope: ResourceDefinition["scope"];
  readonly #terminating: boolean;
  readonly #versions: readonly CustomVersion[];
  readonly #storage: CustomVersion;
  /** Undefined: the versions differ in name alone, and the one that is stored serves reads of all. */
  readonly #remote: VersionForms | undefined;
  readonly #made = new Map<CustomVersion, ResourceDefinition>();

  constructor(crd: KubeObject, { objectMeta, webhook }: DefinitionParts) {
    const spec = objectIn(crd, "spec");
    this.#group = stringIn(spec, "group");
    this.#names = acceptedNames(crd);
    this.#scope = stringIn(spec, "scope") === "Cluster" ? "Cluster" : "Namespaced";
    this.#terminating = crd.metadata.deletionTimestamp !== undefined;
    this.#versions = objectsIn(spec, "versions").map((version) => new CustomVersion(version, this.#group, objectMeta));
    this.#storage = this.#versions.find(({ isStorage }) => isStorage) ?? (this.#versions[0] as CustomVersion);
    const asks = this.#versions.length > 1 && stringIn(objectIn(spec, "conversion"), "strategy") === "Webhook";
    this.#remote = asks ? this.#forms(true, webhook(crd)) : undefined;
  }

  /** The definition with a version as its hub; the stored one is that of the kind. */
  definition(hub: CustomVersion = this.#storage): ResourceDefinition {
    let made = this.#made.get(hub);
    if (made === undefined) this.#made.set(hub, (made = this.#make(hub)));
    return made;
  }

  #make(hubVersion: CustomVersion): ResourceDefinition {
    const names = this.#names;
    const kind = stringIn(names, "kind");
    const plural = stringIn(names, "plural");
    const all = this.#versions.map((version) => this.#served(version, hubVersion));
    const hub = all[this.#versions.indexOf(hubVersion)] as ServedVersion;
    const scale = getOwn(hubVersion.subresources, "scale");
    const strategies = customStrategies({
      openapi: () => hubVersion.openapi,
      hasStatus: isObject(getOwn(hubVersion.subresources, "status")),
      scale: isObject(scale) ? scale : undefined,
      apiVersions: this.#versions.map(({ apiVersion }) => apiVersion),
    });
    const forms = this.#remote ?? (hubVersion === this.#storage ? undefined : this.#forms(false, renamed));
    return {
      group: this.#group,
      kind,
      listKind: stringIn(names, "listKind") || `${kind}List`,
      plural,
      singular: stringIn(names, "singular"),
      shortNames: stringsIn(names, "shortNames"),
      categories: stringsIn(names, "categories"),
      scope: this.#scope,
      custom: true,
      keyPrefix: `/registry/${this.#group}/${plural}/`,
      served: all.filter((_, index) => this.#versions[index]?.isServed),
      hub,
      // A definition that is going takes nothing new, though finalizers must be taken off what there is.
      ...(this.#terminating ? { verbs: LAST_VERBS, shownVerbs: LAST_SHOWN } : { verbs: VERBS }),
      subresources: subresourcesOf(hubVersion.subresources, strategies),
      strategy: strategies.main,
      get columns() {
        return hubVersion.columns;
      },
      get selectableFields() {
        return hubVersion.selectableFields;
      },
      readStored: this.#remote?.settle ?? ((object) => this.#storage.settle(object)),
      ...(forms === undefined ? {} : { forms }),
      unknownFieldText,
    };
  }

  /** A version as a definition with some version as its hub shows it. */
  #served(version: CustomVersion, hub: CustomVersion): ServedVersion {
    const isHub = version === hub;
    const own = (): ResourceDefinition => this.definition(version);
    return {
      group: this.#group,
      version: version.name,
      kind: stringIn(this.#names, "kind"),
      applyDefaults: (object) => applyDefaults(object, version.schema),
      source: () => version.text,
      ...(isHub || this.#remote !== undefined ? {} : between(version, hub)),
      get openapi() {
        return version.openapi;
      },
      get schema() {
        return version.schema;
      },
      get columns() {
        return isHub ? undefined : version.columns;
      },
      get own() {
        return isHub ? undefined : own();
      },
    };
  }

  #versionOf(object: KubeObject): CustomVersion | undefined {
    return this.#versions.find(({ apiVersion }) => apiVersion === object.apiVersion);
  }

  #forms(remote: boolean, convert: Convert): VersionForms {
    return {
      remote,
      convert,
      storedAs: this.#storage.apiVersion,
      prune: (object) => this.#versionOf(object)?.prune(object),
      settle: (object) => this.#versionOf(object)?.settle(object),
    };
  }
}

function unknownFieldText(label: string): string {
  return `field label not supported: ${label}`;
}

/** Conversion strategy None: only the apiVersion changes. */
function renamed(objects: readonly KubeObject[], apiVersion: string): KubeObject[] {
  return objects.map((object) => Object.assign(object, { apiVersion }));
}

function between(version: CustomVersion, hub: CustomVersion): Pick<ServedVersion, "toHub" | "fromHub"> {
  return {
    toHub: (object) => Object.assign(object, { apiVersion: hub.apiVersion }),
    fromHub: (object) => {
      object.apiVersion = version.apiVersion;
      version.prune(object);
      return object;
    },
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
