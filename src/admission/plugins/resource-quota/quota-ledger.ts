import { isObject, type JsonObject } from "../../../object/json.ts";
import type { KubeObject } from "../../../object/kube-object.ts";
import { StatusError } from "../../../object/status.ts";
import { RESOURCE_QUOTAS } from "../../../object/resource-ids.ts";
import type { SystemClient } from "../../../registry/system-client.ts";
import type { ClusterView } from "../../cluster-view.ts";
import { chargeRequest, quotaState, usedList, type QuotaRequest, type QuotaState } from "./check-request.ts";
import type { LimitedResource } from "./configuration.ts";

/** How often a ledger is written anew when others write it too: other replicas, and whoever counts. */
const ATTEMPTS = 10;

interface Waiting {
  readonly request: QuotaRequest;
  readonly settle: (refusal: unknown) => void;
}

/**
 * Charges writes to the quotas of their namespace. Of one namespace they wait for each other, and those that wait are
 * charged together, by one compare-and-swap of each quota's status: so that no quota is ever used above what it allows,
 * and many writes at once cost few commits. What was charged for a write that then fails is not given back here: who
 * counts sets it right.
 */
export class QuotaLedger {
  readonly #view: ClusterView;
  readonly #client: Pick<SystemClient, "update">;
  readonly #limited: readonly LimitedResource[];
  /** By namespace: what came while its quotas are being written. A namespace is here only as long as somebody waits. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(view: ClusterView, client: Pick<SystemClient, "update">, limited: readonly LimitedResource[]) {
    this.#view = view;
    this.#client = client;
    this.#limited = limited;
  }

  /** Resolves when the write is charged. Errors: StatusError where it does not fit, or the quota cannot be written. */
  charge(namespace: string, request: QuotaRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { request, settle: (refusal) => (refusal === undefined ? resolve() : reject(refusal)) };
      const waiting = this.#waiting.get(namespace);
      if (waiting !== undefined) {
        waiting.push(entry);
        return;
      }
      this.#waiting.set(namespace, [entry]);
      void this.#work(namespace);
    });
  }

  async #work(namespace: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(namespace) ?? [];
      if (batch.length === 0) {
        this.#waiting.delete(namespace);
        return;
      }
      this.#waiting.set(namespace, []);
      try {
        await this.#settle(namespace, batch);
      } catch (error) {
        for (const { settle } of batch) settle(error);
      }
    }
  }

  async #settle(namespace: string, batch: readonly Waiting[]): Promise<void> {
    let states = (await this.#view.list(RESOURCE_QUOTAS, namespace)).map(quotaState);
    let open = batch;
    for (let attempt = 1; ; attempt++) {
      open = open.filter(({ request, settle }) => {
        const refusal = chargeRequest(states, request, this.#limited);
        if (refusal !== undefined) settle(refusal);
        return refusal === undefined;
      });
      const failed = new Set<string>();
      let lastError: unknown;
      for (const state of states.filter(({ changed }) => changed)) {
        const error = await this.#write(namespace, state);
        if (error === undefined) continue;
        failed.add(state.name);
        lastError = error;
      }
      if (failed.size === 0) {
        for (const { settle } of open) settle(undefined);
        return;
      }
      if (attempt === ATTEMPTS) throw lastError;
      // What the other quotas were charged stays; these are read and charged again.
      states = (await this.#view.list(RESOURCE_QUOTAS, namespace))
        .filter(({ metadata }) => failed.has(metadata.name ?? ""))
        .map(quotaState);
    }
  }

  /** Stores what is used if the quota is still what was charged; the error where it is not. */
  async #write(namespace: string, state: QuotaState): Promise<unknown> {
    const version = state.quota.metadata.resourceVersion;
    try {
      await this.#client.update(
        RESOURCE_QUOTAS,
        namespace,
        state.name,
        (quota) => {
          if (quota.metadata.resourceVersion !== version) throw new Outdated();
          return withUsed(quota, state);
        },
        "status",
      );
      return undefined;
    } catch (error) {
      if (error instanceof Outdated || error instanceof StatusError) return error;
      throw error;
    }
  }
}

/** The quota changed since it was read. */
class Outdated extends Error {}

function withUsed(quota: KubeObject, state: QuotaState): KubeObject {
  const status: JsonObject = isObject(quota["status"]) ? quota["status"] : {};
  quota["status"] = { ...status, used: usedList(state) };
  return quota;
}
