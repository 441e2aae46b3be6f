import type { FieldPath } from "../../object/field-path.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { objectIn, objectsIn, stringIn } from "../../object/read.ts";

/** What pods are forgiven or refused by the server's settings and, on updates, by what was there before. */
export interface PodRuleOptions {
  readonly allowPrivileged: boolean;
  /** The old object has annotations with a cost of deletion that is no number. */
  readonly allowInvalidDeletionCost?: boolean;
  /** The old object has selectors of pods with values that are no label values; they may stay. */
  readonly allowInvalidSelectorValues?: boolean;
  /** The same of the nodes that it must run on. */
  readonly allowInvalidNodeValues?: boolean;
  /** The same of the constraints on how pods spread; their selectors are not looked at at all. */
  readonly allowInvalidSpreadSelectors?: boolean;
  /** The old object has a token with a path out of its volume. */
  readonly allowAnyTokenPath?: boolean;
  /** The old object sets kernel parameters of a namespace that it shares with its node. */
  readonly allowSysctlsOfNode?: boolean;
  /** The old object has raw devices in a user namespace of its own. */
  readonly allowDevicesInUserNamespace?: boolean;
  /** The old object says how volumes are labelled; then the other way, off by default at this level, may be named too. */
  readonly allowSeLinuxMountOption?: boolean;
}

/** The names of a pod's resource claims, and how messages list them. */
export interface ClaimNames {
  readonly all: ReadonlySet<string>;
  readonly listed: string;
}

/** What the rules of one part of a pod must know of the rest. */
export interface PodScope {
  readonly spec: ReadonlyJsonObject;
  /** The pod's metadata; undefined for a template, whose pods have names of their own. */
  readonly meta: ReadonlyJsonObject | undefined;
  /** Sources of the volumes that are good, by name. */
  readonly volumes: ReadonlyMap<string, ReadonlyJsonObject>;
  readonly claimNames: ClaimNames;
  readonly gracePeriod: number;
  readonly restartPolicy: string;
  /** Whether the pod's containers run in the node's user namespace. */
  readonly hostUsers: boolean;
  readonly options: PodRuleOptions;
}

/** What the rules of a part of a container must know. */
export interface ContainerScope extends PodScope {
  readonly container: ReadonlyJsonObject;
}

/** The three lists of containers of a pod, in the order in which they start. */
export const containerLists = ["initContainers", "containers", "ephemeralContainers"] as const;

/** The two lists of containers that a pod is made with. */
export const lastingLists = ["containers", "initContainers"] as const;

/** The containers of a pod: of all its lists, or of those that are named. */
export function containersOf(spec: ReadonlyJsonObject, lists: readonly string[] = containerLists): ReadonlyJsonObject[] {
  return lists.flatMap((list) => objectsIn(spec, list));
}

/** Whether a pod says that it is for Windows. */
export function isWindowsPod(spec: ReadonlyJsonObject): boolean {
  return stringIn(objectIn(spec, "os"), "name") === "windows";
}

/** Calls a function with every container of a pod and its place. */
export function visitContainers(
  spec: ReadonlyJsonObject,
  at: FieldPath,
  visit: (container: ReadonlyJsonObject, at: FieldPath) => void,
): void {
  for (const list of containerLists) {
    objectsIn(spec, list).forEach((container, i) => visit(container, at.child(list).index(i)));
  }
}
