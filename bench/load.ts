import { closeClients, openClients, type Client, type Credential } from "./client.ts";
import type { MeteredServer } from "./servers.ts";

/** What is asked of a server, how often at a time, and for how long. */
export interface Load {
  /** How many requests are under way at a time, over a quarter as many connections. */
  readonly concurrency: number;
  readonly seconds: number;
  /** One operation; `index` is a number of its own. */
  readonly step: (client: Client, index: number) => Promise<unknown>;
  readonly credential?: Credential;
}

/** How many operations it did, for each second of time and of its CPU. */
export interface Loaded {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/** No two operations have one number, whatever they go to. */
let serial = 0;

/** Repeats an operation for a while, after warming up for a fourth of it. */
export async function load(server: MeteredServer, { concurrency, seconds, step, credential = {} }: Load): Promise<Loaded> {
  const clients = await openClients(Math.ceil(concurrency / 4), server.url, credential);
  const run = (milliseconds: number): Promise<number> =>
    during(milliseconds, concurrency, (worker, index) => step(clients[worker % clients.length] as Client, index));
  try {
    await run(seconds * 250);
    const before = await server.usage();
    const start = performance.now();
    const done = await run(seconds * 1000);
    const elapsed = performance.now() - start;
    const { cpu } = await server.usage();
    return { perSecond: (done / elapsed) * 1000, perCpuSecond: done / (cpu - before.cpu) };
  } finally {
    closeClients(clients);
  }
}

/** Operations a second, so many at a time; `index` is a number of its own. */
export async function perSecond(concurrency: number, seconds: number, operation: (index: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const done = await during(seconds * 1000, concurrency, (_, index) => operation(index));
  return (done / (performance.now() - start)) * 1000;
}

/** Lets so many workers do one operation after the other for a while, and tells how many they did. */
async function during(
  milliseconds: number,
  workers: number,
  operation: (worker: number, index: number) => Promise<unknown>,
): Promise<number> {
  const until = performance.now() + milliseconds;
  let done = 0;
  const work = async (worker: number): Promise<void> => {
    for (; performance.now() < until; done++) await operation(worker, serial++);
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return done;
}

/** Does a fixed number of operations, so many at a time. */
export async function repeat(clients: readonly Client[], concurrency: number, count: number, step: Load["step"]): Promise<void> {
  let issued = 0;
  const worker = async (client: Client): Promise<void> => {
    for (; issued < count;) await step(client, issued++);
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => worker(clients[index % clients.length] as Client)));
}
