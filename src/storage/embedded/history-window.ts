import type { Clock, Timer } from "../clock.ts";

/** Compacts at every turn of a window to the revision of the turn before, as kube-apiserver does with its etcd. */
export class HistoryWindow {
  #timer: Timer | undefined;

  constructor(clock: Clock, milliseconds: number, compact: (revision: number) => void, newest: () => number) {
    if (milliseconds <= 0) return;
    let before = newest();
    const turn = (): void => {
      compact(before);
      before = newest();
      this.#timer = clock.after(milliseconds, turn);
    };
    this.#timer = clock.after(milliseconds, turn);
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
