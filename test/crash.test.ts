import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openLmdbStorage } from "../src/storage/lmdb/lmdb.ts";

const program = fileURLToPath(new URL("./crash-child.js", import.meta.url));
const kills = 30;

interface Child {
  readonly process: ChildProcess;
  /** The whole lines it has said. */
  lines(): string[][];
  ready(): Promise<void>;
  end(): Promise<void>;
}

function start(directory: string, from: string): Child {
  const child = spawn(process.execPath, [program, directory, from], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => (said += text));
  const closed = once(child, "close");
  return {
    process: child,
    lines: () =>
      said
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split(" ")),
    async ready() {
      while (!said.includes("ready ")) {
        assert.equal(child.exitCode, null, "the child lives");
        await sleep(5);
      }
    },
    async end() {
      child.kill("SIGKILL");
      child.kill("SIGCONT");
      await closed;
    },
  };
}

test("nothing acknowledged or seen is lost by kill -9, thirty times on the same data", { timeout: 120_000 }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-crash-"));
  /** The newest revision that the last reopened store had. */
  let known = 1;
  let acknowledged = 0;
  for (let round = 0; round < kills; round++) {
    const child = start(directory, String(known));
    await child.ready();
    await sleep(80 + Math.random() * 250);
    await child.end();

    await using storage = await openLmdbStorage({ directory, historyWindow: 0 });
    /** What every revision since did, as the reopened store tells it. */
    const history = new Map<number, string>();
    await new Promise<void>((resolve, reject) => {
      const watch = storage.watch(
        { start: "/k/", end: "/k0", fromRevision: known },
        {
          events(events, revision) {
            for (const { revision: at, key, current } of events)
              history.set(at, `${key} ${current?.value.toString("latin1", 0, 20).split(" ")[0] ?? "-"}`);
            if (revision < storage.revision) return;
            watch.close();
            resolve();
          },
          closed: (error) => error !== undefined && reject(error),
        },
      );
    });
    assert.deepEqual(
      [...history.keys()],
      Array.from({ length: storage.revision - known }, (_, index) => known + 1 + index),
      "every revision is one change, none is missing",
    );

    let next = known + 1;
    let shown = known;
    for (const [what, number, ...change] of child.lines()) {
      const revision = Number(number);
      assert.ok(revision <= storage.revision, `${what} showed revision ${revision}, ${storage.revision} is the newest`);
      if (what === "ready") assert.equal(revision, known, "a start loses no revision and makes none");
      else if (what === "revision") {
        assert.ok(revision >= shown, "the revision never falls");
        shown = revision;
      } else if (what === "event") {
        assert.equal(revision, next++, "a watch has no gap, over a crash neither");
        assert.equal(change.join(" "), history.get(revision));
      } else if (what === "ack") {
        acknowledged++;
        assert.equal(change.join(" "), history.get(revision), "an acknowledged write is there");
      } else if (what === "read") {
        if (revision > known) assert.equal(change.join(" "), history.get(revision), "what was read is there");
      } else assert.fail(`the child said ${what} ${number} ${change.join(" ")}`);
    }
    const { items } = await storage.range({ start: "/k/", end: "/k0" });
    const newest = new Map(items.map(({ key, modRevision }) => [key, modRevision]));
    for (const [revision, change] of history) {
      const key = change.split(" ")[0] ?? "";
      assert.ok((newest.get(key) ?? Infinity) >= revision, "the newest pair is that of the last change");
    }
    known = storage.revision;
  }
  t.diagnostic(`${acknowledged} acknowledged writes, ${known} revisions`);
  assert.ok(acknowledged > kills * 50);
  await rm(directory, { recursive: true });
});

test("a directory stays refused while its holder lives, stopped or not, and is free when it was killed", { timeout: 30_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-holder-"));
  const child = start(directory, "hold");
  await child.ready();
  await assert.rejects(openLmdbStorage({ directory }), /in use by another process/);
  child.process.kill("SIGSTOP");
  await assert.rejects(openLmdbStorage({ directory }), /in use by another process/);
  await child.end();
  await (await openLmdbStorage({ directory }))[Symbol.asyncDispose]();
  const contenders = await Promise.allSettled(Array.from({ length: 5 }, () => openLmdbStorage({ directory })));
  const winners = contenders.filter((contender) => contender.status === "fulfilled");
  assert.equal(winners.length, 1, "of several at once, one gets it");
  for (const { value } of winners) await value[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});
