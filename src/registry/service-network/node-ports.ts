import { recordOf, storedValue } from "../../storage/cache/record.ts";
import { StorageError, type Storage } from "../../storage/storage.ts";
import { PortBitmap, type PortRange } from "./port-bitmap.ts";

/** Where the original keeps the ports that are taken. */
export const NODE_PORTS_KEY = "/registry/ranges/servicenodeports";

/** Attempts against other replicas before a change is given up. */
const ATTEMPTS = 50;

interface Pending {
  /** Applies the change to a bitmap of its own; throws to leave it as it was. */
  readonly apply: (ports: PortBitmap) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The node ports of all services, in one stored bitmap that every change compares and swaps. Changes that come while
 * one is being stored are stored together, so that many services at once cost few commits.
 */
export class NodePorts {
  readonly #storage: Storage;
  readonly #range: PortRange;
  readonly #held: () => Promise<readonly number[]>;
  #pending: Pending[] = [];
  #working = false;

  /** `held`: the ports that services have. */
  constructor(storage: Storage, range: PortRange, held: () => Promise<readonly number[]>) {
    this.#storage = storage;
    this.#range = range;
    this.#held = held;
  }

  /** The bitmap as it is stored now. Errors: StorageError. */
  async read(): Promise<PortBitmap> {
    return (await this.#load()).ports;
  }

  /**
   * Changes the stored bitmap. `change` may be called again where another writer came between; what it throws is thrown,
   * and nothing is changed. Gives what the last call gave, when it is durable. Errors: StorageError.
   */
  change<T>(change: (ports: PortBitmap) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: { readonly value: T } | undefined;
      this.#pending.push({
        apply: (ports) => void (result = { value: change(ports) }),
        resolve: () => (result === undefined ? reject(new TypeError("a change was not applied")) : resolve(result.value)),
        reject,
      });
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        for (const done of await this.#store(batch)) done();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#working = false;
  }

  /** Stores a batch; gives how each of its changes is to be answered. */
  async #store(batch: readonly Pending[]): Promise<(() => void)[]> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { ports, revision } = await this.#load();
      const before = storedValue(ports.toObject());
      const outcomes = batch.map(({ apply, resolve, reject }) => {
        const trial = ports.copy();
        try {
          apply(trial);
        } catch (error) {
          return () => reject(error);
        }
        ports.become(trial);
        return resolve;
      });
      const value = storedValue(ports.toObject());
      if (revision !== 0 && value.equals(before)) return outcomes;
      const result = await this.#storage.commit({
        compares: [{ key: NODE_PORTS_KEY, modRevision: revision }],
        operations: [{ type: "put", key: NODE_PORTS_KEY, value }],
      });
      if (result.succeeded) return outcomes;
    }
    throw new StorageError("unavailable", "the node ports are being changed by too many others");
  }

  async #load(): Promise<{ readonly ports: PortBitmap; readonly revision: number }> {
    const pair = await this.#storage.get(NODE_PORTS_KEY);
    const revision = pair?.modRevision ?? 0;
    const stored = pair && PortBitmap.read(recordOf(pair).object(), this.#range);
    if (stored !== undefined) return { ports: stored, revision };
    // None were stored, or those of another range, as servers have that were not all started anew yet.
    const ports = PortBitmap.empty(this.#range);
    for (const port of await this.#held()) ports.add(port);
    return { ports, revision };
  }
}
