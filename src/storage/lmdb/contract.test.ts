import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../clock.ts";
import { storageContract } from "../contract.test-suite.ts";
import { openLmdbStorage } from "./lmdb.ts";

storageContract("lmdb", async () => {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-lmdb-"));
  const clock = new ManualClock();
  const failpoints = {};
  const open = () => openLmdbStorage({ directory, clock, failpoints, historyWindow: 0 });
  let storage = await open();
  return {
    storage,
    failpoints,
    async passTime(seconds) {
      clock.advance(seconds * 1000);
    },
    async reopen() {
      await storage[Symbol.asyncDispose]();
      storage = await open();
      return storage;
    },
    async dispose() {
      await storage[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
