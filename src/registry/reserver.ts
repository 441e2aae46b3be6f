import type { KubeObject } from "../object/kube-object.ts";
import type { StrategyContext } from "../resources/definition.ts";
import { StorageError } from "../storage/storage.ts";

/**
 * Takes what lives beside the objects of a kind (a service's addresses and ports). The registry asks it before an
 * object is validated: after prepareForCreate, before prepareForUpdate.
 */
export interface Reserver {
  /**
   * Takes what the object needs and writes it into the object, in place; `old` is read-only. A dry run takes nothing.
   * Errors: StatusError where something cannot be had; then nothing stays taken.
   */
  reserve(object: KubeObject, old: KubeObject | undefined, context: StrategyContext): Promise<Reservation>;
  /** Gives back all that an object held which is gone from the store. Does not throw. */
  release(object: KubeObject): Promise<void>;
}

/** What was taken for one write. Neither of the two throws. */
export interface Reservation {
  /** The write is durable: what the old object held and the new one does not is given back. */
  commit(): Promise<void>;
  /** The write came to nothing: what was taken for it is given back. */
  rollback(): Promise<void>;
}

/**
 * What becomes of a reservation whose write failed. Where nobody can tell whether the write came about, all stays taken:
 * another object must not get what this one may have, and the repair will see.
 */
export function afterFailure(error: unknown): "rollback" | undefined {
  return error instanceof StorageError && error.reason === "unknown" ? undefined : "rollback";
}
