import { closeClients, openClients, type Client, type Credential } from "./client.ts";
import { fillPods } from "./fill.ts";
import { collections } from "./objects.ts";
import { alternately, PROTOBUF } from "./read.ts";
import { rounded, type Result } from "./result.ts";
import { startBare, startBinnacle, type Binnacle, type MeteredServer } from "./servers.ts";

const watchers = 1000;
const connections = 10;
const seconds = 1.5;
/** Writes at a time. */
const burst = 4;
/** How long events may take to come, in milliseconds. */
const patience = 10_000;
const NEWLINE = 10;

/** Events to 1,000 watchers, the writes that cause them included, against a bare server that sends the same bytes. */
export async function benchWatch(): Promise<readonly Result[]> {
  await using server = await startBinnacle();
  await fillPods(server, burst);
  const ours = await followPods(server);
  const event = ours.event();
  await using bare = await startBare({ headers: { "content-type": "application/json" }, event });
  const floor = await follow(bare, { path: "/watch", credential: {}, cause: (client) => client.send({ path: "/send" }) });
  const best = await alternately(
    new Map([
      ["bare", () => floor.perCpuSecond()],
      ["ours", () => ours.perCpuSecond()],
    ]),
  );
  ours.close();
  floor.close();
  const [limit, rate] = [best.get("bare") as number, best.get("ours") as number];
  return [
    {
      what: `events of ${event.length} bytes to ${watchers} watchers, of bare`,
      measured: rate / limit,
      unit: "",
      aim: { atLeast: 0.6 },
      detail: `${rounded(1e6 / rate)} µs of CPU a delivered event, bare ${rounded(1e6 / limit)}`,
    },
  ];
}

/** Watchers of the pods of a server that has `burst` of them, and what changes these. */
async function followPods(server: Binnacle, accept?: string): Promise<Followed> {
  const credential = { token: server.token };
  const revision = await revisionOf(server, credential);
  return follow(server, {
    path: `${collections.pod}?watch=1&resourceVersion=${revision}`,
    credential,
    ...(accept === undefined ? {} : { accept }),
    cause: (client, index) =>
      client.send({
        method: "PATCH",
        path: `${collections.pod}/pod-${index % burst}`,
        type: "application/merge-patch+json",
        body: JSON.stringify({ metadata: { annotations: { "example.com/seq": `write ${index} of ${revision}` } } }),
      }),
  });
}

/** The same events in protobuf, against those in JSON. */
export async function benchProtobufWatch(): Promise<readonly Result[]> {
  await using server = await startBinnacle();
  await fillPods(server, burst);
  // One after the other: both would be told of each write.
  const rate = async (accept?: string): Promise<number> => {
    const followed = await followPods(server, accept);
    const measured = await followed.perCpuSecond();
    followed.close();
    return measured;
  };
  const best = await alternately(
    new Map([
      ["json", () => rate()],
      ["protobuf", () => rate(`${PROTOBUF};stream=watch`)],
    ]),
    3,
  );
  const [plain, packed] = [best.get("json") as number, best.get("protobuf") as number];
  return [
    {
      what: `events in protobuf to ${watchers} watchers, of JSON`,
      measured: packed / plain,
      unit: "",
      aim: { atLeast: 1 },
      detail: `${rounded(1e6 / packed)} µs of CPU a delivered event, JSON ${rounded(1e6 / plain)}`,
    },
  ];
}

interface Following {
  readonly accept?: string;
  readonly path: string;
  readonly credential: Credential;
  /** Makes the server send an event to every watcher. */
  readonly cause: (client: Client, index: number) => Promise<unknown>;
}

interface Followed {
  /** The bytes of the last event that one watcher saw. */
  event(): Buffer;
  /** Delivered events for each second of the server's CPU. */
  perCpuSecond(): Promise<number>;
  close(): void;
}

/** Opens the watchers and sees the first events through. */
async function follow(server: MeteredServer, { path, credential, accept, cause }: Following): Promise<Followed> {
  const clients = await openClients(connections, server.url, credential);
  const writers = await openClients(burst, server.url, credential);
  let received = 0;
  let caused = 0;
  let last: Buffer = Buffer.alloc(0);
  const countLines = (chunk: Buffer): void => {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) received++;
  };
  const counter = (): ((chunk: Buffer) => void) => (accept === undefined ? countLines : frameCounter(() => received++));
  await Promise.all(
    Array.from({ length: watchers }, (_, index) => {
      const count = counter();
      if (index > 0) return (clients[index % connections] as Client).open(path, count, accept);
      const see = (chunk: Buffer): void => {
        count(chunk);
        last = last.at(-1) === NEWLINE ? chunk : Buffer.concat([last, chunk]);
      };
      return (clients[0] as Client).open(path, see, accept);
    }),
  );
  const run = async (milliseconds: number): Promise<number> => {
    const from = received;
    const until = performance.now() + milliseconds;
    while (performance.now() < until) {
      const first = caused;
      caused += burst;
      await Promise.all(writers.map((writer, index) => cause(writer, first + index)));
      const late = performance.now() + patience;
      while (received < caused * watchers) {
        if (performance.now() > late) throw new Error(`${caused * watchers - received} events did not come`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return received - from;
  };
  await run(300);
  return {
    // Several events may have come in one piece.
    event: () => last.subarray(last.lastIndexOf(NEWLINE, -2) + 1),
    async perCpuSecond() {
      await run(200);
      const before = await server.usage();
      const delivered = await run(seconds * 1000);
      return delivered / ((await server.usage()).cpu - before.cpu);
    },
    close: () => closeClients([...clients, ...writers]),
  };
}

/** Counts protobuf events, each behind four bytes of length, however they are cut. */
function frameCounter(count: () => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes of the frame under way that are still to come. */
  let open = 0;
  return (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const taken = Math.min(open, data.length);
      data = data.subarray(taken);
      if (open > 0 && (open -= taken) === 0) count();
      if (open > 0 || data.length < 4) break;
      open = data.readUInt32BE();
      data = data.subarray(4);
    }
    rest = data;
  };
}

async function revisionOf(server: MeteredServer, credential: Credential): Promise<string> {
  const [client] = (await openClients(1, server.url, credential)) as [Client];
  const { body } = await client.send({ path: collections.pod, keep: true });
  closeClients([client]);
  return (JSON.parse(body.toString()) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}
