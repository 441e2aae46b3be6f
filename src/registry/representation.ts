import { stringifyJson } from "../codec/json-text.ts";
import { copyJson } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import { partialMetadata, type MetaVersion } from "../printing/partial-metadata.ts";
import type { Negotiated } from "../request/negotiation.ts";
import type { ServedVersion } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { RepresentationCache } from "../storage/cache/representation-cache.ts";

/** In what shape the client wants objects: whole, or their metadata in a version of meta.k8s.io. */
export type Form = "object" | MetaVersion;

/** The form that a client's Accept asks for; a Table is made of whole objects. */
export function formOf(accept: Negotiated): Form {
  return accept.transform === undefined ? "object" : metaVersion(accept);
}

/** The version of meta.k8s.io in which a client wants what an object becomes. */
export function metaVersion({ transform }: Negotiated): MetaVersion {
  return transform?.version === "v1beta1" ? "v1beta1" : "v1";
}

/** What an object in a form says that it is, members in the order in which clients receive them. */
export function objectType(served: ServedVersion, form: Form): { readonly kind: string; readonly apiVersion: string } {
  return form === "object"
    ? { kind: served.kind, apiVersion: groupVersion(served.group, served.version) }
    : { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${form}` };
}

/**
 * The JSON bytes of one object version for a client: made once, then shared. The hub's own form is the record's bytes;
 * others are made on demand and kept in a bounded cache.
 */
export function objectBytes(
  record: ObjectRecord,
  hub: ServedVersion,
  served: ServedVersion,
  form: Form,
  cache: RepresentationCache,
): Buffer {
  if (form !== "object") return cache.bytes(record, `metadata ${form}`, () => partialMetadata(record.bytes, form, hub.formAnnotations));
  if (served === hub) return record.bytes;
  return cache.bytes(record, groupVersion(served.group, served.version), () => Buffer.from(stringifyJson(servedObject(record, served))));
}

/**
 * Where in those bytes the part begins that stands in a typed list, which leaves out kind and apiVersion of its items;
 * partial metadata and custom resources keep them.
 */
export function itemStart(bytes: Buffer): number {
  return bytes.indexOf('"metadata":', 0, "latin1");
}

/** The object of a record in a served version; the caller owns it where it was converted, else it is read-only. */
export function servedObject(record: ObjectRecord, served: ServedVersion): KubeObject {
  return served.fromHub === undefined ? record.object() : served.fromHub(copyJson(record.object()));
}

/** The same for one use: a long list must not push out the objects that others are at. */
export function glimpsedObject(record: ObjectRecord, served: ServedVersion): KubeObject {
  return served.fromHub === undefined ? record.glimpse() : served.fromHub(copyJson(record.glimpse()));
}
