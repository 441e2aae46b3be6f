import { ManualClock } from "../clock.ts";
import { storageContract } from "../contract.test-suite.ts";
import { openMemoryStorage } from "./memory.ts";

storageContract("memory", async () => {
  const clock = new ManualClock();
  const failpoints = {};
  const storage = openMemoryStorage({ clock, failpoints, historyWindow: 0 });
  return {
    storage,
    failpoints,
    async passTime(seconds) {
      clock.advance(seconds * 1000);
    },
    dispose: () => storage[Symbol.asyncDispose](),
  };
});
