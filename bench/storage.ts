import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { openLmdbStorage } from "../src/storage/lmdb/lmdb.ts";
import { openMemoryStorage } from "../src/storage/memory/memory.ts";
import type { Storage } from "../src/storage/storage.ts";
import { cpuSince } from "./cpu.ts";
import { median } from "./result.ts";

/**
 * What the storage contract costs over LMDB itself: durable creates of a pod-sized value by 1, 16 and 64 writers, each
 * waiting for its answer, beside a bare loop that puts the same values in batches and waits for the flush. Both take
 * turns in the same run, so that the ratio holds on a busy machine too. Run: node dist/bench/storage.js [seconds]
 */
const seconds = Number(process.argv[2] ?? 1);
const rounds = 3;
const value = Buffer.alloc(1500, "x");

interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Lets so many writers create keys one after another for a while. */
async function measure(writers: number, create: (key: string) => Promise<unknown>, label: string): Promise<Measured> {
  let done = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const until = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let index = 0; performance.now() < until; index++, done++) {
        await create(`/registry/pods/namespace-${index % 50}/${label}-${writer}-${index}`);
      }
    }),
  );
  const elapsed = performance.now() - start;
  return { perSecond: (done / elapsed) * 1000, cpuMicroseconds: cpuSince(cpu) / done };
}

function creating(storage: Storage): (key: string) => Promise<unknown> {
  return (key) => storage.commit({ compares: [{ key, modRevision: 0 }], operations: [{ type: "put", key, value }] });
}

/** The least that a durable put can cost with lmdb-js: one batch a turn, acknowledged when flushed. */
function bareCreating(directory: string): { readonly create: (key: string) => Promise<unknown>; close(): Promise<void> } {
  const safe = { safeRestore: true };
  const root = open<Buffer, Buffer>({ path: directory, encoding: "binary", keyEncoding: "binary", maxDbs: 2, ...safe });
  const table = root.openDB<Buffer, Buffer>({ name: "data", encoding: "binary", keyEncoding: "binary" });
  return {
    async create(key) {
      void table.put(Buffer.from(key), value);
      await root.flushed;
    },
    close: () => root.close(),
  };
}

const directory = await mkdtemp(join(tmpdir(), "binnacle-bench-"));
const storage = await openLmdbStorage({ directory: join(directory, "store") });
storage.watch(
  { start: "/registry/", end: "/registry0", fromRevision: storage.revision },
  { events: () => undefined, closed: () => undefined },
);
const memory = openMemoryStorage();
const bare = bareCreating(join(directory, "bare"));
const subjects = { bare: bare.create, lmdb: creating(storage), memory: creating(memory) };
console.log("writers  subject   creates/s  µs CPU   of bare");
for (const writers of [1, 16, 64]) {
  const results = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [subject, create] of Object.entries(subjects)) {
      const measured = await measure(writers, create, `${round}-${writers}`);
      results.set(subject, [...(results.get(subject) ?? []), measured]);
    }
  }
  const floor = median((results.get("bare") ?? []).map(({ perSecond }) => perSecond));
  for (const [subject, measured] of results) {
    const rate = median(measured.map(({ perSecond }) => perSecond));
    const cpu = median(measured.map(({ cpuMicroseconds }) => cpuMicroseconds));
    console.log(
      `${String(writers).padStart(7)}  ${subject.padEnd(8)} ${rate.toFixed(0).padStart(10)} ${cpu.toFixed(1).padStart(7)} ${(rate / floor).toFixed(2).padStart(9)}`,
    );
  }
}
console.log(storage.size());
await storage[Symbol.asyncDispose]();
await memory[Symbol.asyncDispose]();
await bare.close();
await rm(directory, { recursive: true, force: true });
