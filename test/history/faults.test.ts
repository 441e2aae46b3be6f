import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startEtcdCluster } from "../etcd-server.ts";
import { needs } from "../programs.ts";
import { startReplica, type Replica } from "../replica.ts";
import { checkHistory } from "./check-history.ts";
import { Clients } from "./clients.ts";
import { numbers } from "./numbers.ts";

/** How long members and replicas are killed; minutes of it find more: BINNACLE_FAULT_SECONDS=300 npm test -- history/faults */
const seconds = Number(process.env["BINNACLE_FAULT_SECONDS"] ?? 20);
const seed = Number(process.env["BINNACLE_FAULT_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const writers = 6;
const watchers = 4;
const keys = 20;

/** Something that can be killed or stopped, and be well again. */
type Victim = Pick<Replica, "kill" | "start" | "pause" | "resume">;

/** Kills and stops some of these until a moment, never two at once; gives how often. */
async function harm(victims: readonly Victim[], random: () => number, until: number): Promise<number> {
  let times = 0;
  for (; performance.now() < until; times++) {
    await sleep(500 + random() * 1_500);
    const victim = victims[Math.floor(random() * victims.length)] as Victim;
    const isKill = random() < 0.6;
    if (isKill) await victim.kill();
    else victim.pause();
    await sleep(300 + random() * 2_500);
    if (isKill) await victim.start();
    else victim.resume();
  }
  return times;
}

test(
  "two replicas on three members keep every promise while any of them are killed and stopped",
  { ...needs("etcd"), timeout: (seconds + 100) * 1000 },
  async (t) => {
    const random = numbers(seed);
    await using cluster = await startEtcdCluster();
    await using one = await startReplica(cluster.urls);
    await using two = await startReplica([...cluster.urls].reverse());
    const clients = new Clients([one, two], numbers(seed + 1), keys);
    t.after(() => clients.stop());
    const watching = Array.from({ length: watchers }, () => clients.watch());
    const until = performance.now() + seconds * 1000;
    const [members, replicas] = await Promise.all([
      harm(cluster.members, random, until),
      harm([one, two], numbers(seed + 2), until),
      ...Array.from({ length: writers }, () => clients.write(until)),
    ]);
    const revision = await clients.seal();
    await clients.watchesReach(revision, 20_000);
    clients.stop();
    await Promise.all(watching);
    const final = await clients.list();
    assert.ok(final !== undefined, "all is well again");
    const { writes, reads, lists, watches } = clients;
    const history = { writes, reads, lists, watches, final };
    const faults = checkHistory(history);
    const taken = writes.filter(({ outcome }) => outcome === "taken").length;
    const relists = watches.flat().filter(({ type }) => type === "LIST").length - watchers;
    const events = watches.flat().length;
    t.diagnostic(
      `seed ${seed}: ${members} members and ${replicas} replicas harmed; ${taken} of ${writes.length} writes taken, ${reads.length} reads, ` +
        `${lists.length} lists, ${events} events, ${relists} watches that had to begin anew`,
    );
    const keep = process.env["BINNACLE_FAULT_HISTORY"];
    if (keep !== undefined) await writeFile(keep, JSON.stringify(history));
    assert.deepEqual(faults.slice(0, 20), [], `seed ${seed}: ${faults.length} faults`);
    assert.ok(taken > seconds * 2, "there was something to find faults in");
  },
);
