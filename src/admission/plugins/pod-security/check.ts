import type { ReadonlyJsonObject } from "../../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../../object/read.ts";
import { containerLists } from "../../../resources/pod-spec/scope.ts";
import type { PodLike } from "../../pod-templates.ts";

/** Why a pod does not meet a level: in few words, and exactly. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** Judges one thing; undefined where there is nothing to say. */
export type PodCheck = (pod: PodLike) => Violation | undefined;

/** A check of a level, with what it was at each minor version from which it changed, newest last. */
export interface Check {
  readonly id: string;
  readonly versions: readonly { readonly since: number; readonly check: PodCheck; readonly overrides?: readonly string[] }[];
}

/** All containers of a pod, in the order in which checks name them. */
export function containersOf({ spec }: PodLike): ReadonlyJsonObject[] {
  return containerLists.flatMap((list) => objectsIn(spec, list));
}

/** The securityContext of a pod or a container; an empty one where there is none. */
export function securityContextOf(owner: ReadonlyJsonObject): ReadonlyJsonObject {
  return objectIn(owner, "securityContext");
}

/** `"a", "b"`: names are joined, not escaped. */
export function quoted(names: Iterable<string>): string {
  return `"${[...names].join('", "')}"`;
}

/** `container "a"`, `containers "a", "b"`. */
export function named(what: string, names: readonly string[]): string {
  return `${plural(what, names.length)} ${quoted(names)}`;
}

/** The word, with an s where it stands for other than one. */
export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** Names of the containers of which something holds. */
export function containersWhere(pod: PodLike, holds: (container: ReadonlyJsonObject) => boolean): string[] {
  return namesOf(containersOf(pod).filter(holds));
}

/** Names of containers or volumes. */
export function namesOf(owners: readonly ReadonlyJsonObject[]): string[] {
  return owners.map((owner) => stringIn(owner, "name"));
}

/** `container "a" uses`, `containers "a", "b" use`. */
export function uses(what: string, names: readonly string[]): string {
  return `${named(what, names)} ${names.length === 1 ? "uses" : "use"}`;
}

/** Who set something: the pod as a whole, and some of its containers. */
export function setters(byPod: boolean, containers: readonly string[]): string[] {
  return [...(byPod ? ["pod"] : []), ...(containers.length > 0 ? [named("container", containers)] : [])];
}

/** Texts, each once, in order. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
