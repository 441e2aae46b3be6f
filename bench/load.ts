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

/** No two operations of a run have one number, whatever server they go to. */
let serial = 0;

/** Repeats an operation for a while, after warming up for a fourth of it. */
export async function load(server: MeteredServer, { concurrency, seconds, step, credential = {} }: Load): Promise<Loaded> {
  const clients = await openClients(Math.ceil(concurrency / 4), server.url, credential);
  const run = async (milliseconds: number): Promise<number> => {
    const until = performance.now() + milliseconds;
    let done = 0;
    const worker = async (client: Client): Promise<void> => {
      for (; performance.now() < until; done++) await step(client, serial++);
    };
    await Promise.all(Array.from({ length: concurrency }, (_, index) => worker(clients[index % clients.length] as Client)));
    return done;
  };
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

/** Does a fixed number of operations, so many at a time. */
export async function repeat(clients: readonly Client[], concurrency: number, count: number, step: Load["step"]): Promise<void> {
  let issued = 0;
  const worker = async (client: Client): Promise<void> => {
    for (; issued < count;) await step(client, issued++);
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => worker(clients[index % clients.length] as Client)));
}
