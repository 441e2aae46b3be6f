import type { Clock, Timer } from "../clock.ts";
import type { Connection } from "./connection.ts";
import { paths, readTxnAnswer, txnRequest } from "./messages.ts";

/** Shared by all API servers on one etcd, kube-apiserver's among them; outside every prefix. */
const key = "compact_rev_key";

/**
 * Forgets history, once per interval whatever the number of servers: who wins a compare-and-swap of one key compacts to
 * the revision that it saw an interval before.
 */
export class Compactor {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #compact: (revision: number) => Promise<void>;
  #timer: Timer | undefined;
  #stopped = false;
  /** How often the key was written, and the store's revision then, as this server last saw. */
  #turn = 0;
  #seen = 0;

  /** `interval` in milliseconds; 0: never. */
  constructor(connection: Connection, clock: Clock, interval: number, compact: (revision: number) => Promise<void>) {
    this.#connection = connection;
    this.#clock = clock;
    this.#interval = interval;
    this.#compact = compact;
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    if (this.#interval === 0 || this.#stopped) return;
    this.#timer = this.#clock.after(this.#interval, () => {
      // What fails now is made up for by the next turn, anybody's.
      void this.#takeTurn()
        .catch(() => undefined)
        .finally(() => this.#wait());
    });
  }

  async #takeTurn(): Promise<void> {
    const put = { type: "put", key, value: Buffer.from(String(this.#seen)) } as const;
    const request = txnRequest([{ key, version: this.#turn }], [put], [{ key }]);
    const { header, succeeded, found } = readTxnAnswer(await this.#connection.write(paths.txn, request));
    const target = this.#seen;
    this.#seen = header.revision;
    this.#turn = succeeded ? this.#turn + 1 : (found[0]?.pairs[0]?.version ?? 0);
    if (succeeded && target > 0 && !this.#stopped) await this.#compact(target);
  }
}
