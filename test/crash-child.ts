import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openLmdbStorage } from "../src/storage/lmdb/lmdb.ts";
import type { KeyValue } from "../src/storage/storage.ts";

/**
 * The process that the crash test kills: `crash-child.js DIRECTORY FROM`. It writes as fast as it can, reads and watches
 * (from revision FROM on), and says on its standard output what it saw, each line written before it goes on:
 *
 *     ready REVISION | ack REVISION KEY VALUE | read REVISION KEY VALUE | event REVISION KEY VALUE | revision REVISION
 *
 * VALUE is the number that a value begins with, or "-" where the key was deleted. With FROM "hold" it only holds the
 * directory.
 */
const [directory = "", from = ""] = process.argv.slice(2);
const writers = 12;
const keys = 40;
const sizes = [20, 200, 1500, 1500, 5000, 20_000, 300_000];

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function numberOf(pair: KeyValue | undefined): string {
  return pair === undefined ? "-" : (pair.value.toString("latin1", 0, 20).split(" ")[0] ?? "");
}

const storage = await openLmdbStorage({ directory });
say(`ready ${storage.revision}`);
if (from === "hold") await sleep(600_000);

storage.watch(
  { start: "/k/", end: "/k0", fromRevision: Number(from) },
  {
    events(events, revision) {
      for (const event of events) say(`event ${event.revision} ${event.key} ${numberOf(event.current)}`);
      say(`revision ${revision}`);
    },
    closed(error) {
      say(`closed ${String(error)}`);
    },
  },
);
void sleep(60).then(() => storage.compact(Number(from)));

async function write(writer: number): Promise<void> {
  for (let number = 0; ; number++) {
    const key = `/k/${writer}-${(number * 7) % keys}`;
    const pair = await storage.get(key);
    if (pair !== undefined) say(`read ${pair.modRevision} ${key} ${numberOf(pair)}`);
    const compares = [{ key, modRevision: pair?.modRevision ?? 0 }];
    if (pair !== undefined && number % 5 === 4) {
      const { revision } = await storage.commit({ compares, operations: [{ type: "delete", key }] });
      say(`ack ${revision} ${key} -`);
      continue;
    }
    const token = `${process.pid}.${number}`;
    const value = Buffer.alloc(sizes[(number + writer) % sizes.length] ?? 20, "x");
    value.write(`${token} `);
    const { succeeded, revision } = await storage.commit({ compares, operations: [{ type: "put", key, value }] });
    if (!succeeded) throw new Error(`lost ${key} to nobody`);
    say(`ack ${revision} ${key} ${token}`);
  }
}

async function read(): Promise<void> {
  for (;;) {
    const { items, revision } = await storage.range({ start: "/k/", end: "/k0", limit: 50 });
    for (const item of items) say(`read ${item.modRevision} ${item.key} ${numberOf(item)}`);
    say(`revision ${revision}`);
    await sleep(5);
  }
}

await Promise.all([read(), ...Array.from({ length: writers }, (_, writer) => write(writer))]);
