import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startEtcdCluster } from "../etcd-server.ts";
import { findProgram, needs } from "../programs.ts";
import { startReplica, type Replica } from "../replica.ts";
import { startProxy, type TcpProxy } from "../tcp-proxy.ts";
import { checkHistory } from "./check-history.ts";
import { Clients } from "./clients.ts";
import { numbers } from "./numbers.ts";

/** How long members and replicas are killed; minutes of it find more: BINNACLE_FAULT_SECONDS=300 npm test -- history/faults */
const seconds = Number(process.env["BINNACLE_FAULT_SECONDS"] ?? 20);
const seed = Number(process.env["BINNACLE_FAULT_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** The newer one, where it is there: it answers what the older one is not asked. */
const program = process.env["BINNACLE_FAULT_ETCD"] === "etcd" || findProgram("etcd-3.5") === undefined ? "etcd" : "etcd-3.5";
const writers = 6;
const watchers = 4;
const keys = 20;

/** What can be done to a process, and how it gets well again. */
interface Harm {
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

/** A process is killed, twice as often as it is only stopped. */
function harms(victim: Pick<Replica, "kill" | "start" | "pause" | "resume">): Harm[] {
  const killed: Harm = { begin: () => victim.kill(), end: () => victim.start() };
  return [killed, killed, { begin: () => victim.pause(), end: () => victim.resume() }];
}

/** A member answers late, by so much that what it streams is behind what others answer. */
function slowed(proxy: TcpProxy): Harm {
  return { begin: () => void (proxy.delay = 300), end: () => void (proxy.delay = 0) };
}

/** Does such things until a moment, never two at once; gives how often. */
async function harm(choices: readonly Harm[], random: () => number, until: number): Promise<number> {
  let times = 0;
  for (; performance.now() < until; times++) {
    await sleep(500 + random() * 1_500);
    const { begin, end } = choices[Math.floor(random() * choices.length)] as Harm;
    await begin();
    await sleep(300 + random() * 2_500);
    await end();
  }
  return times;
}

test(
  "two replicas on three members keep every promise while any of them are killed and stopped",
  { ...needs(program), timeout: (seconds + 100) * 1000 },
  async (t) => {
    const random = numbers(seed);
    await using cluster = await startEtcdCluster({ program });
    const doors = await Promise.all(cluster.urls.map((url) => startProxy(url)));
    t.after(() => Promise.all(doors.map((door) => door[Symbol.asyncDispose]())));
    const urls = doors.map(({ url }) => url);
    await using one = await startReplica(urls);
    await using two = await startReplica([...urls].reverse());
    const clients = new Clients([one, two], numbers(seed + 1), keys);
    t.after(() => clients.stop());
    const watching = Array.from({ length: watchers }, () => clients.watch());
    const until = performance.now() + seconds * 1000;
    const [members, replicas] = await Promise.all([
      harm([...cluster.members.flatMap(harms), ...doors.map(slowed)], random, until),
      harm([one, two].flatMap(harms), numbers(seed + 2), until),
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
    assert.ok(taken > seconds, "there was something to find faults in");
  },
);
