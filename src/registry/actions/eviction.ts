import { copyJson, isObject, type JsonObject, type ReadonlyJson } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { labelSelectorFromObject, matchesLabels, SelectorError, type LabelSelectorObject } from "../../object/label-selector.ts";
import { numberIn, objectIn, stringIn } from "../../object/read.ts";
import { notFound, plainError, StatusError } from "../../object/status.ts";
import { isConditionTrue } from "../../object/conditions.ts";
import { POD_DISRUPTION_BUDGETS, PODS } from "../../object/resource-ids.ts";
import { prefixEnd } from "../../storage/key-order.ts";
import type { Action } from "../actions.ts";
import { deleteOptions, type DeleteOptions } from "../delete-options.ts";
import { refusePreconditions, remove } from "../delete.ts";
import { collectionPrefix, objectKey } from "../endpoint.ts";
import { update } from "../update.ts";
import type { Write } from "../write.ts";
import { actionType, admitAction, DONE, readAction, writeAt } from "./action-body.ts";
import { budgetUnsettled, takeDisruption } from "./disruption-budget.ts";
import { owned } from "./owned-body.ts";
import { setPodCondition } from "./pod-condition.ts";

/** Attempts to delete a pod that needs no budget while it changes. */
const ATTEMPTS = 20;

/**
 * Deletes a pod if its PodDisruptionBudget can spare it (concepts/scheduling-eviction/api-eviction). Errors: StatusError
 * 400, 404, 409 for preconditions, 429 where the budget says no, 500 where two budgets speak for the pod.
 */
export const evict: Action = async (write, body, format) => {
  const type = actionType(write, ["v1beta1"]);
  const eviction = readAction(write, body, format, type);
  const options = optionsOf(write, eviction);
  const at: Write = { ...write, options: { ...write.options, dryRun: options.dryRun } };
  await admitAction(at, owned(at, eviction, type));
  const { name = "" } = eviction.metadata;
  for (let attempt = 1; ; attempt++) {
    const pod = await readPod(at, name);
    if (!needsNoBudget(pod)) {
      await evictGuarded(at, pod, name, options);
      return DONE;
    }
    // A pod that has yet to start might start meanwhile; one that has ended stays so.
    const exact = stringIn(objectIn(pod, "status"), "phase") === "Pending" && pod.metadata.deletionTimestamp === undefined;
    try {
      await removePod(at, name, exact ? ofVersion(options, pod) : options);
      return DONE;
    } catch (error) {
      if (!isConflict(error) || options.resourceVersion !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
};

/** The options of the delete; a dry run can be asked for in the body or in the query, but not differently. */
function optionsOf(write: Write, eviction: KubeObject): DeleteOptions {
  const given: JsonObject = isObject(eviction["deleteOptions"]) ? (copyJson(eviction["deleteOptions"]) as JsonObject) : {};
  const asked = write.options.dryRun ? ["All"] : [];
  const inBody = Array.isArray(given["dryRun"]) ? given["dryRun"] : [];
  if (inBody.length === 0) given["dryRun"] = asked;
  else if (asked.length > 0 && asked.length !== inBody.length) {
    throw plainError(`Non-matching dry-run options in request and content: [${asked.join(" ")}] and [${inBody.join(" ")}]`);
  }
  return deleteOptions(given);
}

async function readPod(write: Write, name: string): Promise<KubeObject> {
  const { endpoint } = writeAt(write, PODS, name);
  const record = (await write.registry.caches.current(endpoint.definition)).get(objectKey(endpoint.definition, endpoint.namespace, name));
  if (record === undefined) throw notFound(endpoint.ref, name);
  return record.object();
}

/** A pod that is not running anything yet or any more disrupts nobody. */
function needsNoBudget(pod: KubeObject): boolean {
  const phase = stringIn(objectIn(pod, "status"), "phase");
  return phase === "Succeeded" || phase === "Failed" || phase === "Pending" || pod.metadata.deletionTimestamp !== undefined;
}

async function evictGuarded(write: Write, pod: KubeObject, name: string, options: DeleteOptions): Promise<void> {
  const [budget, another] = await budgetsOf(write, pod);
  if (another !== undefined)
    throw plainError("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
  const free = budget !== undefined && !isReady(pod) && sparesUnready(budget);
  if (budget !== undefined && !free) await takeFromBudget(write, budget, name);
  try {
    // What makes the pod free must still be so when it goes.
    await removePod(write, name, free ? ofVersion(options, pod) : options);
  } catch (error) {
    if (budget !== undefined && free && isConflict(error) && options.resourceVersion === undefined)
      throw budgetUnsettled(budget.metadata.name ?? "");
    throw error;
  }
}

/** The budgets that select a pod. */
async function budgetsOf(write: Write, pod: KubeObject): Promise<KubeObject[]> {
  const { labels = {} } = pod.metadata;
  const { endpoint } = writeAt(write, POD_DISRUPTION_BUDGETS, "");
  const prefix = collectionPrefix(endpoint.definition, endpoint.namespace);
  const budgets: KubeObject[] = [];
  (await write.registry.caches.current(endpoint.definition)).walk(prefix, prefixEnd(prefix), (record) => {
    if (selects(objectIn(record.object(), "spec")["selector"], labels)) budgets.push(record.object());
  });
  return budgets;
}

function selects(selector: ReadonlyJson | undefined, labels: Readonly<Record<string, string>>): boolean {
  try {
    return matchesLabels(labelSelectorFromObject(selector as LabelSelectorObject | undefined), labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}

function isReady(pod: KubeObject): boolean {
  return isConditionTrue(pod, "Ready");
}

/** Whether pods that are not ready may go without being counted (KEP-3017). */
function sparesUnready(budget: KubeObject): boolean {
  if (objectIn(budget, "spec")["unhealthyPodEvictionPolicy"] === "AlwaysAllow") return true;
  const status = objectIn(budget, "status");
  const desired = numberIn(status, "desiredHealthy");
  return desired > 0 && numberIn(status, "currentHealthy") >= desired;
}

async function takeFromBudget(write: Write, budget: KubeObject, podName: string): Promise<void> {
  const { name = "" } = budget.metadata;
  const at = writeAt(write, POD_DISRUPTION_BUDGETS, name, "status");
  await update(at, { name, fromStored: true, change: async (record) => takeDisruption(at, record, podName) });
}

/** Marks the pod as disrupted, for whoever counts failures, and deletes it. */
async function removePod(write: Write, name: string, options: DeleteOptions): Promise<void> {
  let wanted = options;
  if (!options.dryRun) {
    const at = writeAt(write, PODS, name, "status");
    const { record } = await update(at, {
      name,
      fromStored: true,
      change: async (stored) => {
        const pod = copyJson(stored.object());
        refusePreconditions(at, name, pod, options);
        setPodCondition(
          pod,
          { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", message: "Eviction API: evicting" },
          write.strategyContext.now,
        );
        return pod;
      },
    });
    if (options.resourceVersion !== undefined) wanted = { ...options, resourceVersion: String(record.revision) };
  }
  await remove(writeAt(write, PODS, name), name, wanted);
}

function ofVersion(options: DeleteOptions, pod: KubeObject): DeleteOptions {
  return { ...options, resourceVersion: options.resourceVersion ?? pod.metadata.resourceVersion };
}

function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.status.code === 409;
}
