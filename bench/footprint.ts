import { setTimeout as pause } from "node:timers/promises";
import { fillPods } from "./fill.ts";
import { median, rounded, type Result } from "./result.ts";
import { startBinnacle, timeToReady } from "./servers.ts";

const starts = 5;
const pods = 20_000;
/** What a server still does after it is ready, or after a load, is over after so many milliseconds. */
const idleMs = 2000;
const settleMs = 5000;
const MB = 1e6;

/** How long a start takes. */
export async function benchStart(): Promise<readonly Result[]> {
  const times: number[] = [];
  for (let round = 0; round < starts; round++) times.push(await timeToReady());
  return [
    {
      what: `spawn to ready on an empty directory, best of ${starts}`,
      measured: Math.min(...times) / 1000,
      unit: "s",
      aim: { atMost: 0.4 },
      detail: `median ${rounded(median(times) / 1000)} s`,
    },
  ];
}

/** Resident memory of an idle server, and what each of 20,000 pods adds to it. */
export async function benchMemory(): Promise<readonly Result[]> {
  await using server = await startBinnacle();
  await pause(idleMs);
  const idle = (await server.usage()).rss;
  await fillPods(server, pods);
  await pause(settleMs);
  const full = (await server.usage()).rss;
  return [
    { what: "resident memory idle", measured: idle / MB, unit: "MB", aim: { atMost: 120 } },
    {
      what: `resident memory for each of ${pods} pods`,
      measured: (full - idle) / pods / 1000,
      unit: "KB",
      aim: { atMost: 12 },
      detail: `${rounded(full / MB)} MB in all`,
    },
  ];
}
