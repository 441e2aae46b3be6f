import assert from "node:assert/strict";
import { test } from "node:test";
import { untilDone } from "./until-done.ts";

test("work that fails is tried again until it is done, and then no more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const failures: string[] = [];
  let runs = 0;
  const work = async (): Promise<void> => {
    runs++;
    if (runs < 3) throw new Error(`run ${runs}`);
  };
  await using _ = await untilDone(work, 1000, (error) => failures.push((error as Error).message));
  for (let turn = 0; turn < 4; turn++) {
    t.mock.timers.tick(1000);
    await new Promise((resume) => setImmediate(resume));
  }
  assert.equal(runs, 3);
  assert.deepEqual(failures, ["run 1", "run 2"]);
});

test("once disposed of, work that fails is not tried again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let runs = 0;
  const handle = await untilDone(
    async () => {
      runs++;
      throw new Error("always");
    },
    1000,
    () => {},
  );
  await handle[Symbol.asyncDispose]();
  t.mock.timers.tick(5000);
  await new Promise((resume) => setImmediate(resume));
  assert.equal(runs, 1);
});
