import { stringifyJson } from "../codec/json-text.ts";
import { copyJson, type JsonObject } from "../object/json.ts";
import { groupVersion, type KubeObject } from "../object/kube-object.ts";
import type { ServedVersion } from "../resources/definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { RepresentationCache } from "../storage/cache/representation-cache.ts";

/** In what shape the client wants objects. */
export type Form = "object" | "metadata";

/**
 * The JSON bytes of one object version for a client: made once, then shared. The hub's own form is the record's bytes;
 * others are made on demand and kept in a bounded cache.
 */
export function objectBytes(record: ObjectRecord, hub: ServedVersion, served: ServedVersion, form: Form, cache: RepresentationCache): Buffer {
  if (form === "object" && served === hub) return record.bytes;
  const name = form === "metadata" ? "metadata" : groupVersion(served.group, served.version);
  return cache.bytes(record, name, () => Buffer.from(stringifyJson(form === "metadata" ? partialMetadata(record) : servedObject(record, served))));
}

/**
 * The part of those bytes that stands in a list: typed lists leave out kind and apiVersion of their items, partial
 * metadata and custom resources keep them. The parts are to be written one after the other.
 */
export function itemStart(bytes: Buffer): number {
  return bytes.indexOf('"metadata":', 0, "latin1");
}

/** The object of a record in a served version; the caller owns it where it was converted, else it is read-only. */
export function servedObject(record: ObjectRecord, served: ServedVersion): KubeObject {
  return served.fromHub === undefined ? record.object() : served.fromHub(copyJson(record.object()));
}

function partialMetadata(record: ObjectRecord): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: record.object().metadata };
}
