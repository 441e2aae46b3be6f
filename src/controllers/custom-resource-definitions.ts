import { acceptNames, namesConditions } from "../extensions/accept-names.ts";
import { groupOf, type CustomResources } from "../extensions/custom-resources.ts";
import { isConditionTrue, setCondition, type Condition } from "../object/conditions.ts";
import { copyJson, equalJson, structIn } from "../object/json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { objectIn } from "../object/read.ts";
import { StatusError } from "../object/status.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../object/resource-ids.ts";
import type { SystemClient } from "../registry/system-client.ts";
import { CLEANUP_FINALIZER } from "../resources/apiextensions/custom-resource-definition.ts";
import type { Controller } from "./controller.ts";

/** How long after a look at instances that still wait for their finalizers the next one comes, in milliseconds. */
const PENDING_MS = 500;

/**
 * Brings CustomResourceDefinitions to life, a group at a time since names are given within it: accepts names,
 * establishes, serves, and on deletion removes the instances first (concepts/extend-kubernetes, CustomResourceDefinition).
 */
export function customResourceDefinitions(resources: CustomResources, now: () => string): Controller {
  return {
    name: "customresourcedefinition",
    watches: [{ resource: CUSTOM_RESOURCE_DEFINITIONS, keys: (name) => [groupOf(name)] }],
    async reconcile(group, client) {
      const all = await resources.definitionsIn(group);
      const present = new Set(all.map(nameOf));
      for (const name of resources.names()) if (groupOf(name) === group && !present.has(name)) resources.end(name);
      let pending = false;
      for (const [index, crd] of all.entries()) {
        const current = await settleNames(
          crd,
          all.filter((other) => other !== crd),
          resources,
          client,
          now,
        );
        if (current === undefined) continue;
        all[index] = current;
        if (isConditionTrue(current, "Established")) await resources.serve(current);
        if (isTerminating(current) && !(await finalize(current, resources, client, now))) pending = true;
      }
      return pending ? { againInMs: PENDING_MS } : undefined;
    },
  };
}

/** Serves every definition that is established already: what a start does before it takes requests. */
export async function serveEstablished(resources: CustomResources, client: SystemClient): Promise<void> {
  for (const crd of await client.list(CUSTOM_RESOURCE_DEFINITIONS)) if (isConditionTrue(crd, "Established")) await resources.serve(crd);
}

function nameOf({ metadata }: KubeObject): string {
  return metadata.name ?? "";
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The definition with its names settled; undefined where it went away meanwhile. */
async function settleNames(
  crd: KubeObject,
  others: readonly KubeObject[],
  resources: CustomResources,
  client: SystemClient,
  now: () => string,
): Promise<KubeObject | undefined> {
  if (isTerminating(crd)) return crd;
  const settle = (object: KubeObject): KubeObject => {
    const verdict = acceptNames(object, others);
    const status = structIn(object, "status");
    status["acceptedNames"] = verdict.acceptedNames;
    for (const condition of namesConditions(object, verdict, now())) setCondition(status, condition);
    return object;
  };
  const settled = settle(copyJson(crd));
  if (equalJson(objectIn(settled, "status"), objectIn(crd, "status"))) return crd;
  // Whoever reads that it is established finds it served.
  if (isConditionTrue(settled, "Established")) await resources.serve(settled);
  return orUndefined(client.update(CUSTOM_RESOURCE_DEFINITIONS, "", nameOf(crd), settle, "status"));
}

/** Removes a terminating definition's instances; true when none is left and the definition may go. */
async function finalize(crd: KubeObject, resources: CustomResources, client: SystemClient, now: () => string): Promise<boolean> {
  if (!(crd.metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) return true;
  const definition = resources.definition(nameOf(crd));
  if (definition !== undefined) {
    const id = { group: definition.group, plural: definition.plural };
    for (const { metadata } of await client.list(id)) {
      if (metadata.deletionTimestamp !== undefined) continue;
      await orUndefined(client.remove(id, metadata.namespace ?? "", metadata.name ?? ""));
    }
    if ((await client.list(id)).length > 0) {
      await mark(crd, client, now, {
        status: "True",
        reason: "InstanceDeletionInProgress",
        message: "CustomResource deletion is in progress",
      });
      return false;
    }
  }
  await mark(crd, client, now, { status: "False", reason: "InstanceDeletionCompleted", message: "removed all instances" });
  await orUndefined(
    client.update(CUSTOM_RESOURCE_DEFINITIONS, "", nameOf(crd), (object) => {
      object.metadata.finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== CLEANUP_FINALIZER);
      return object;
    }),
  );
  return true;
}

async function mark(
  crd: KubeObject,
  client: SystemClient,
  now: () => string,
  terminating: Pick<Condition, "status"> & { readonly reason: string; readonly message: string },
): Promise<void> {
  const change = (object: KubeObject): KubeObject => {
    setCondition(structIn(object, "status"), { type: "Terminating", lastTransitionTime: now(), ...terminating });
    return object;
  };
  await orUndefined(client.update(CUSTOM_RESOURCE_DEFINITIONS, "", nameOf(crd), change, "status"));
}

/** What a write gives; undefined where its object is gone. */
async function orUndefined<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 404) return undefined;
    throw error;
  }
}
