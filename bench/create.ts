import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLmdbStorage } from "../src/storage/lmdb/lmdb.ts";
import type { Storage } from "../src/storage/storage.ts";
import { createOne, fillPods } from "./fill.ts";
import { load, perSecond, type Loaded } from "./load.ts";
import { objects } from "./objects.ts";
import { alternately } from "./read.ts";
import { rounded, type Result } from "./result.ts";
import { startBinnacle, type Binnacle } from "./servers.ts";

const seconds = 1.5;
/** As large as a pod in the store. */
const value = Buffer.alloc(3200, "x");

/** Durable creates by 1 and 64 clients against a bare loop of the store's own commits by as many writers. */
export async function benchCreate(): Promise<readonly Result[]> {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-bench-"));
  await using server = await startBinnacle();
  await using storage = await openLmdbStorage({ directory });
  await fillPods(server, 1);
  const results: Result[] = [];
  for (const [clients, atLeast] of [
    [1, 0.4],
    [64, 0.1],
  ] as const) {
    const cpu = new Map<string, number>();
    const creating = (kind: keyof typeof objects) => async (): Promise<number> => {
      const { perSecond, perCpuSecond } = await creates(server, kind, clients);
      cpu.set(kind, Math.max(cpu.get(kind) ?? 0, perCpuSecond));
      return perSecond;
    };
    const best = await alternately(
      new Map([
        ["commits", () => perSecond(clients, seconds, (index) => commit(storage, index))],
        ["configMap", creating("configMap")],
        ["pod", creating("pod")],
      ]),
    );
    const floor = best.get("commits") as number;
    for (const kind of ["configMap", "pod"]) {
      const rate = best.get(kind) as number;
      results.push({
        what: `creates of a ${kind} by ${clients} ${clients === 1 ? "client" : "clients"}, of bare commits`,
        measured: rate / floor,
        unit: "",
        aim: { atLeast },
        detail: `${rounded(rate)} a second, ${rounded(1000 / (cpu.get(kind) as number))} ms of CPU each, bare ${rounded(floor)}`,
      });
    }
  }
  await rm(directory, { recursive: true, force: true });
  return results;
}

/** Creates of Deployments a second against those of ConfigMaps whose bodies are as large. */
export async function benchKinds(): Promise<readonly Result[]> {
  await using server = await startBinnacle();
  await fillPods(server, 1);
  const results: Result[] = [];
  for (const clients of [1, 16]) results.push(await besideConfigMaps(server, "deployment", "Deployments", clients, "perSecond", 0.7));
  return results;
}

/** Creates of a kind by so many clients, beside those of ConfigMaps whose bodies are as large. */
export async function besideConfigMaps(
  server: Binnacle,
  kind: keyof typeof objects,
  called: string,
  clients: number,
  rate: keyof Loaded,
  atLeast: number,
): Promise<Result> {
  const cpu = new Map<string, number>();
  const creating = (of: keyof typeof objects) => async (): Promise<number> => {
    const loaded = await creates(server, of, clients);
    cpu.set(of, Math.max(cpu.get(of) ?? 0, loaded.perCpuSecond));
    return loaded[rate];
  };
  const best = await alternately(
    new Map([
      ["configMap", creating("configMap")],
      [kind, creating(kind)],
    ]),
  );
  const shown = (of: keyof typeof objects): string =>
    `${rounded(1000 / (cpu.get(of) as number))} ms of CPU each for ${JSON.stringify(objects[of]("x")).length} bytes`;
  return {
    what: `creates of ${called} by ${clients} ${clients === 1 ? "client" : "clients"}, of ConfigMaps of the same size`,
    measured: (best.get(kind) as number) / (best.get("configMap") as number),
    unit: "",
    aim: { atLeast },
    detail: `${shown(kind)}, ConfigMaps ${shown("configMap")}`,
  };
}

/** Creates of a kind by so many clients at once. */
export function creates(server: Binnacle, kind: keyof typeof objects, clients: number): Promise<Loaded> {
  return load(server, {
    concurrency: clients,
    seconds,
    credential: { token: server.token },
    step: (client, index) => createOne(client, kind, `made-${index}`),
  });
}

function commit(storage: Storage, index: number): Promise<unknown> {
  const key = `/registry/pods/default/made-${index}`;
  return storage.commit({ compares: [{ key, modRevision: 0 }], operations: [{ type: "put", key, value }] });
}
