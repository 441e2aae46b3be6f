import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import type { ObjectRecord } from "../../storage/cache/record.ts";
import { podReferences, referenceKey, volumeReferences, type ReferenceKind } from "./references.ts";

/** The kinds that the graph is made of. */
export type GraphKind = "Pod" | "PersistentVolume" | "VolumeAttachment" | "ResourceSlice";

/**
 * What each node's pods refer to, counted, so that the last pod takes its references with it. Persistent volumes are
 * found through the claims that they are bound to.
 */
export class NodeGraph {
  /** Node → reference → how many objects of the node make it. */
  readonly #nodes = new Map<string, Map<string, number>>();
  /** Claim → name of the volume bound to it → secrets that mounting it takes. */
  readonly #volumes = new Map<string, Map<string, ReadonlySet<string>>>();
  /** Volume → its claim. */
  readonly #claims = new Map<string, string>();

  /** Takes in a change: the object as it is now and as it was, undefined where it is not. */
  change(kind: GraphKind, current: KubeObject | undefined, previous: KubeObject | undefined): void {
    if (kind === "PersistentVolume") {
      if (previous !== undefined) this.#dropVolume(previous);
      if (current !== undefined) this.#addVolume(current);
      return;
    }
    if (previous !== undefined) this.#count(kind, previous, -1);
    if (current !== undefined) this.#count(kind, current, 1);
  }

  /** Whether something on the node refers to the object. */
  isRelated(node: string, kind: ReferenceKind, namespace: string, name: string): boolean {
    const held = this.#nodes.get(node);
    if (held === undefined) return false;
    const key = referenceKey(kind, namespace, name);
    if (held.has(key)) return true;
    if (kind === "PersistentVolume") {
      const claim = this.#claims.get(name);
      return claim !== undefined && held.has(claim);
    }
    if (kind !== "Secret") return false;
    for (const reference of held.keys()) {
      const volumes = reference.startsWith("PersistentVolumeClaim\0") ? this.#volumes.get(reference) : undefined;
      for (const secrets of volumes?.values() ?? []) if (secrets.has(key)) return true;
    }
    return false;
  }

  #count(kind: Exclude<GraphKind, "PersistentVolume">, object: KubeObject, by: 1 | -1): void {
    const node = stringIn(objectIn(object, "spec"), "nodeName");
    if (node === "") return;
    let held = this.#nodes.get(node);
    if (held === undefined) this.#nodes.set(node, (held = new Map()));
    const references = kind === "Pod" ? podReferences(object) : [referenceKey(kind, "", object.metadata.name ?? "")];
    for (const reference of references) {
      const count = (held.get(reference) ?? 0) + by;
      if (count > 0) held.set(reference, count);
      else held.delete(reference);
    }
    if (held.size === 0) this.#nodes.delete(node);
  }

  #addVolume(volume: KubeObject): void {
    const references = volumeReferences(volume);
    if (references === undefined) return;
    const { name = "" } = volume.metadata;
    let bound = this.#volumes.get(references.claim);
    if (bound === undefined) this.#volumes.set(references.claim, (bound = new Map()));
    bound.set(name, references.secrets);
    this.#claims.set(name, references.claim);
  }

  #dropVolume({ metadata: { name = "" } }: KubeObject): void {
    const claim = this.#claims.get(name);
    if (claim === undefined) return;
    this.#claims.delete(name);
    const bound = this.#volumes.get(claim);
    bound?.delete(name);
    if (bound?.size === 0) this.#volumes.delete(claim);
  }
}

/** Objects that are read before other work gets its turn. */
const SLICE = 100;

/**
 * Takes a resource's present objects into a graph, a slice at a time, while changes come in: an object that changes
 * before its turn is counted as it is then.
 */
export class GraphLoader {
  readonly #graph: NodeGraph;
  readonly #kind: GraphKind;
  #waiting = new Map<string, ObjectRecord>();
  /** What stands in the graph, to be taken out when the resource starts over. */
  readonly #taken = new Map<string, ObjectRecord>();
  #loading: Promise<void> = Promise.resolve();

  constructor(graph: NodeGraph, kind: GraphKind) {
    this.#graph = graph;
    this.#kind = kind;
  }

  /** Resolves when everything is in. */
  get loaded(): Promise<void> {
    return this.#loading;
  }

  reset(records: readonly ObjectRecord[]): void {
    const present = new Map(records.map((record) => [record.key, record]));
    for (const [key, record] of this.#taken) {
      if (present.get(key)?.revision === record.revision) present.delete(key);
      else if (!present.has(key)) this.changed({ key, current: undefined });
    }
    this.#waiting = present;
    this.#loading = this.#load(present);
  }

  changed({ key, current }: { readonly key: string; readonly current: ObjectRecord | undefined }): void {
    this.#waiting.delete(key);
    this.#graph.change(this.#kind, current?.object(), this.#taken.get(key)?.object());
    if (current === undefined) this.#taken.delete(key);
    else this.#taken.set(key, current);
  }

  async #load(waiting: Map<string, ObjectRecord>): Promise<void> {
    let count = 0;
    for (const record of waiting.values()) {
      this.changed({ key: record.key, current: record });
      record.dropObject();
      if (++count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      if (this.#waiting !== waiting) return;
    }
  }
}
