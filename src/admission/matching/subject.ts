import type { KubeObject } from "../../object/kube-object.ts";
import type { Labels } from "../../object/label-selector.ts";
import { NAMESPACES } from "../../object/resource-ids.ts";
import type { AdmissionAttributes } from "../admission.ts";
import { isOf, writesItself } from "../attributes.ts";
import { existingNamespace, type ClusterView } from "../cluster-view.ts";
import { convertRemotely, equivalentVersions, inVersion, remoteForms, requestVersion, type RequestVersion } from "./versions.ts";

/**
 * A request as policies and webhooks look at it: what it asks in each version, in which namespace. Everything is made on
 * first use, and once; after `object` was changed by a mutation, `changed` says so.
 */
export class Subject {
  readonly attributes: AdmissionAttributes;
  readonly version: RequestVersion;
  /** The namespace of the request; of a Namespace, its own name. "" for what lies in none. */
  readonly namespace: string;
  readonly #view: ClusterView;
  readonly #objects = new Map<RequestVersion, KubeObject>();
  readonly #oldObjects = new Map<RequestVersion, KubeObject>();
  #equivalents: readonly RequestVersion[] | undefined;
  #namespaceObject: Promise<KubeObject> | undefined;

  constructor(attributes: AdmissionAttributes, view: ClusterView) {
    this.attributes = attributes;
    this.version = requestVersion(attributes);
    this.namespace = attributes.namespace || (this.isNamespace ? attributes.name : "");
    this.#view = view;
  }

  get isNamespace(): boolean {
    return isOf(this.attributes, NAMESPACES);
  }

  get equivalents(): readonly RequestVersion[] {
    return (this.#equivalents ??= equivalentVersions(this.attributes));
  }

  /** The new object in a version; undefined for deletes. Read-only. */
  object(version: RequestVersion): KubeObject | undefined {
    return this.#convert(this.attributes.object, version, this.#objects);
  }

  /** The stored object in a version; undefined for creates. Read-only. */
  oldObject(version: RequestVersion): KubeObject | undefined {
    return this.#convert(this.attributes.oldObject, version, this.#oldObjects);
  }

  /** Makes the objects of a version before they are looked at, where a webhook converts. Errors: StatusError 500. */
  async prepare(version: RequestVersion): Promise<void> {
    const forms = remoteForms(this.attributes, version);
    if (forms === undefined) return;
    for (const [object, known] of [
      [this.attributes.object, this.#objects],
      [this.attributes.oldObject, this.#oldObjects],
    ] as const)
      if (object !== undefined && !known.has(version)) known.set(version, await convertRemotely(forms, object, version.served));
  }

  /** Forgets what was made of the new object, which has changed. */
  changed(): void {
    this.#objects.clear();
  }

  /** The namespace that the request is in; undefined for what lies in none, and for namespaces. Errors: StatusError 404. */
  namespaceObject(): Promise<KubeObject> | undefined {
    if (this.namespace === "" || this.isNamespace) return undefined;
    return (this.#namespaceObject ??= existingNamespace(this.#view, this.namespace));
  }

  /** The labels that a namespaceSelector judges: of a namespace that is written its new ones. Errors: StatusError 404. */
  async namespaceLabels(): Promise<Labels | undefined> {
    if (this.isNamespace && writesItself(this.attributes)) return this.attributes.object?.metadata.labels;
    this.#namespaceObject ??= existingNamespace(this.#view, this.namespace);
    return (await this.#namespaceObject).metadata.labels;
  }

  #convert(object: KubeObject | undefined, version: RequestVersion, known: Map<RequestVersion, KubeObject>): KubeObject | undefined {
    if (object === undefined) return undefined;
    let converted = known.get(version);
    if (converted === undefined) known.set(version, (converted = inVersion(this.attributes, object, version)));
    return converted;
  }
}
