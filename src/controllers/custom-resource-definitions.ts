import { approvalCondition } from "../extensions/approval-condition.ts";
import { acceptedNames, acceptNames, namesConditions } from "../extensions/accept-names.ts";
import { groupOf, nameOf, type CustomResources } from "../extensions/custom-resources.ts";
import { NamesInUse } from "../extensions/names-in-use.ts";
import { NON_STRUCTURAL, structureCondition } from "../extensions/structure-condition.ts";
import { isConditionTrue, removeCondition, setCondition, type Condition } from "../object/conditions.ts";
import { copyJson, equalJson, structIn } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../object/resource-ids.ts";
import { ignoringAbsence } from "../registry/ignoring-absence.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { CLEANUP_FINALIZER } from "../resources/apiextensions/custom-resource-definition.ts";
import type { ObjectRecord } from "../storage/cache/record.ts";
import type { Controller } from "./controller.ts";

/** How long after a look at instances that still wait for their finalizers the next one comes, in milliseconds. */
const PENDING_MS = 500;

/** What is known of a definition that was looked at: nothing is done again until it, or a name that it wants, changes. */
interface Seen {
  readonly revision: number;
  /** It did not get all names that it asked for. */
  readonly refused: boolean;
}

/** What the loop remembers of a group, whose names must differ. */
interface Group {
  readonly names: NamesInUse;
  readonly seen: Map<string, Seen>;
}

/** What the loop works with. */
interface Parts {
  readonly resources: CustomResources;
  readonly client: SystemClient;
  readonly now: () => string;
}

/**
 * Brings CustomResourceDefinitions to life, a group at a time since names are given within it: accepts names,
 * establishes, serves, and on deletion removes the instances first (concepts/extend-kubernetes, CustomResourceDefinition).
 */
export function customResourceDefinitions(resources: CustomResources, now: () => string): Controller {
  const groups = new Map<string, Group>();
  return {
    name: "customresourcedefinition",
    watches: [{ resource: CUSTOM_RESOURCE_DEFINITIONS, keys: (name) => [groupOf(name)] }],
    async reconcile(name, client) {
      const { records, unreadable } = await resources.stored(name);
      const group = groups.get(name) ?? { names: new NamesInUse(), seen: new Map<string, Seen>() };
      groups.set(name, group);
      const freed = forgetGone(name, group, new Set([...records.map(nameOf), ...unreadable]), resources);
      if (records.length === 0) groups.delete(name);
      const pending = await settleAll(group, records, freed, { resources, client, now });
      return pending ? { againInMs: PENDING_MS } : undefined;
    },
  };
}

/** Serves every definition that is established already: what a start does before it takes requests. */
export async function serveEstablished(resources: CustomResources): Promise<void> {
  for (const record of (await resources.stored()).records) {
    const crd = record.glimpse();
    if (!isConditionTrue(crd, "Established")) continue;
    resources.serve(crd);
    if (isConditionTrue(crd, "NamesAccepted") && !isTerminating(crd)) resources.noteSettled(nameOf(record), record.revision);
  }
}

/** Ends what is served of definitions that are gone: not of those that do not decode. Tells whether any was. */
function forgetGone(groupName: string, group: Group, present: ReadonlySet<string>, resources: CustomResources): boolean {
  let gone = false;
  for (const name of resources.names()) if (groupOf(name) === groupName && !present.has(name)) resources.end(name);
  for (const name of group.seen.keys()) {
    if (present.has(name)) continue;
    group.names.release(name);
    group.seen.delete(name);
    gone = true;
  }
  return gone;
}

/** Looks at what has changed, and again at those whose names may have become free. Tells whether instances still wait. */
async function settleAll(group: Group, records: readonly ObjectRecord[], freed: boolean, parts: Parts): Promise<boolean> {
  let pending = false;
  let retry = freed;
  for (const record of records) takeSettled(group, record, parts.resources);
  const changed = records.filter((record) => group.seen.get(nameOf(record))?.revision !== record.revision);
  // Who has a name already comes before who wants it.
  for (const record of changed) group.names.take(nameOf(record), acceptedNames(record.object()));
  const settle = async (record: ObjectRecord): Promise<void> => {
    const name = nameOf(record);
    const before = acceptedNames(record.object());
    const current = await settleOne(group, record, parts);
    group.seen.set(name, { revision: record.revision, refused: current?.refused ?? false });
    if (current === undefined) return;
    const after = acceptedNames(current.crd);
    group.names.take(name, after);
    if (!equalJson(before, after)) retry = true;
    if (isConditionTrue(current.crd, "Established")) parts.resources.serve(current.crd);
    if (!isTerminating(current.crd) || (await finalize(current.crd, parts))) return;
    // It is looked at again until its instances are gone.
    group.seen.delete(name);
    pending = true;
  };
  for (const record of changed) await settle(record);
  for (const record of records) if (retry && group.seen.get(nameOf(record))?.refused === true) await settle(record);
  return pending;
}

/** What was settled before this server started need not be read again: its names are those that it is served by. */
function takeSettled({ names, seen }: Group, record: ObjectRecord, resources: CustomResources): void {
  const name = nameOf(record);
  const definition = seen.has(name) ? undefined : resources.settledAt(name, record.revision);
  if (definition === undefined) return;
  const { plural, singular, shortNames, kind, listKind } = definition;
  names.take(name, { plural, singular, shortNames: [...shortNames], kind, listKind });
  seen.set(name, { revision: record.revision, refused: false });
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The definition with its names and its condition settled; undefined where it went away meanwhile. */
async function settleOne(
  { names }: Group,
  record: ObjectRecord,
  { resources, client, now }: Parts,
): Promise<{ readonly crd: KubeObject; readonly refused: boolean } | undefined> {
  const crd = record.object();
  if (isTerminating(crd)) return { crd, refused: false };
  let refused = false;
  const settle = (object: KubeObject): KubeObject => {
    const verdict = acceptNames(object, names);
    refused = verdict.refusal !== undefined;
    const status = structIn(object, "status");
    status["acceptedNames"] = verdict.acceptedNames;
    const approval = approvalCondition(object, now());
    if (approval !== undefined) setCondition(status, approval);
    for (const condition of namesConditions(object, verdict, now())) setCondition(status, condition);
    const structure = structureCondition(object, now());
    if (structure !== undefined) setCondition(status, structure);
    else removeCondition(status, NON_STRUCTURAL);
    return object;
  };
  const settled = settle(copyJson(crd));
  if (equalJson(objectIn(settled, "status"), objectIn(crd, "status"))) return { crd, refused };
  // Whoever reads that it is established finds it served.
  if (isConditionTrue(settled, "Established")) resources.serve(settled);
  const written = await ignoringAbsence(client.update(CUSTOM_RESOURCE_DEFINITIONS, "", nameOf(record), settle, "status"));
  return written && { crd: written, refused };
}

/** Removes a terminating definition's instances; true when none is left and the definition may go. */
async function finalize(crd: KubeObject, { resources, client, now }: Parts): Promise<boolean> {
  if (!(crd.metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) return true;
  const name = crd.metadata.name ?? "";
  const mark = (verdict: Verdict): Promise<unknown> => markTerminating(name, verdict, client, now);
  const definition = resources.definition(name);
  const verdict = definition === undefined ? NEVER_ESTABLISHED : await removeInstances(definition, client, mark);
  await mark(verdict);
  if (verdict.status === "True") return false;
  await ignoringAbsence(
    client.update(CUSTOM_RESOURCE_DEFINITIONS, "", name, (object) => {
      object.metadata.finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER);
      return object;
    }),
  );
  return true;
}

/** What the condition Terminating says of the instances. */
interface Verdict {
  readonly status: Condition["status"];
  readonly reason: string;
  readonly message: string;
}

const IN_PROGRESS: Verdict = { status: "True", reason: "InstanceDeletionInProgress", message: "CustomResource deletion is in progress" };
const COMPLETED: Verdict = { status: "False", reason: "InstanceDeletionCompleted", message: "removed all instances" };
const NEVER_ESTABLISHED: Verdict = { status: "False", reason: "NeverEstablished", message: "resource was never established" };

/** Deletes the instances that are there, and tells whether any is left or why that cannot be known. */
async function removeInstances(
  id: { readonly group: string; readonly plural: string },
  client: SystemClient,
  mark: (verdict: Verdict) => Promise<unknown>,
): Promise<Verdict> {
  const failed = (what: string, error: unknown): Verdict => {
    if (!(error instanceof Error)) throw error;
    return { status: "True", reason: "InstanceDeletionFailed", message: `${what}: ${error.message}` };
  };
  let instances: readonly KubeObject[];
  try {
    instances = await client.list(id);
  } catch (error) {
    return failed("could not list instances", error);
  }
  if (instances.length === 0) return COMPLETED;
  await mark(IN_PROGRESS);
  try {
    for (const { metadata } of instances) {
      if (metadata.deletionTimestamp === undefined) await ignoringAbsence(client.remove(id, metadata.namespace ?? "", metadata.name ?? ""));
    }
  } catch (error) {
    return failed("could not issue all deletes", error);
  }
  return (await client.list(id)).length === 0 ? COMPLETED : IN_PROGRESS;
}

function markTerminating(name: string, verdict: Verdict, client: SystemClient, now: () => string): Promise<unknown> {
  const change = (object: KubeObject): KubeObject => {
    setCondition(structIn(object, "status"), { type: "Terminating", lastTransitionTime: now(), ...verdict });
    return object;
  };
  return ignoringAbsence(client.update(CUSTOM_RESOURCE_DEFINITIONS, "", name, change, "status"));
}
