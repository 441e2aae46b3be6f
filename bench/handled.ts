import type { ApiRequest } from "../src/request/exchange.ts";
import type { TestPlane } from "../src/server/test-plane.ts";
import { cpuSince } from "./cpu.ts";
import { median } from "./result.ts";

const rounds = 11;

/** A request that a control plane answers again and again. */
interface Handled {
  readonly plane: TestPlane["plane"];
  readonly request: ApiRequest;
}

/**
 * Microseconds of CPU that each request takes, in their order. They take turns, so that what else the machine
 * does falls on all; the median of the rounds counts, the first left out.
 */
export async function handledTakes(requests: readonly Handled[], seconds: number): Promise<readonly number[]> {
  const times = requests.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, one] of requests.entries()) times[i]?.push(await takes(one, (seconds * 1000) / rounds / 2));
  return times.map((all) => median(all.slice(1)));
}

async function takes({ plane, request }: Handled, ms: number): Promise<number> {
  const end = performance.now() + ms;
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 100; i++) {
      const { status } = await plane.handle(request);
      if (status !== 200) throw new Error(`answered ${status}`);
    }
    count += 100;
  }
  return cpuSince(before) / count;
}
