import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something has come to pass. Errors: AssertionError where it has not after so many seconds. */
export async function until(met: () => boolean | Promise<boolean>, seconds = 5): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await met())) {
    assert.ok(performance.now() < end, "it did not come to pass");
    await sleep(5);
  }
}
