import { openClient, type Answer, type Credential } from "./client.ts";
import { fillPods } from "./fill.ts";
import { load, type Load } from "./load.ts";
import { collections } from "./objects.ts";
import { rounded, type Result } from "./result.ts";
import { startBare, startBinnacle, type Binnacle, type MeteredServer } from "./servers.ts";

/** A server is not warm at once: its first thousands of writes are measured and do not count. */
const rounds = 4;
const seconds = 1.5;

/** GET of one pod, with a client certificate and with a token, against a bare server that sends the same bytes. */
export async function benchGet(): Promise<readonly Result[]> {
  await using server = await startBinnacle();
  await fillPods(server, 1);
  const path = `${collections.pod}/pod-0`;
  const answer = await whole(server, path);
  await using bare = await startBare({ headers: fields(answer), get: answer.body });
  const get = (credential: Credential): Omit<Load, "step"> => ({ concurrency: 64, seconds, credential });
  const subjects = new Map<string, () => Promise<number>>([
    ["bare", () => perCpuSecond(bare, "/get", get({}))],
    ["a client certificate", () => perCpuSecond(server, path, get({ clientCertificate: server.clientCertificate }))],
    ["a token", () => perCpuSecond(server, path, get({ token: server.token }))],
  ]);
  const best = await alternately(subjects);
  const floor = best.get("bare") as number;
  best.delete("bare");
  return [...best].map(([credential, rate]) => ({
    what: `GET of a ${answer.bytes}-byte pod with ${credential}, of bare`,
    measured: rate / floor,
    unit: "",
    aim: { atLeast: 0.6 },
    detail: `${rounded(1e6 / rate)} µs of CPU a request, bare ${rounded(1e6 / floor)}`,
  }));
}

/** GET of the same pod in protobuf, against JSON. */
export async function benchProtobufGet(): Promise<readonly Result[]> {
  await using server = await startBinnacle();
  await fillPods(server, 1);
  const path = `${collections.pod}/pod-0`;
  const get = { concurrency: 64, seconds, credential: { token: server.token } };
  const best = await alternately(
    new Map([
      ["json", () => perCpuSecond(server, path, get)],
      ["protobuf", () => perCpuSecond(server, path, get, PROTOBUF)],
    ]),
    5,
  );
  const [plain, packed] = [best.get("json") as number, best.get("protobuf") as number];
  return [
    {
      what: "GET of a pod in protobuf, of JSON",
      measured: packed / plain,
      unit: "",
      aim: { atLeast: 0.95 },
      detail: `${rounded(1e6 / packed)} µs of CPU a request, JSON ${rounded(1e6 / plain)}`,
    },
  ];
}

/** The media type of protobuf. */
export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** LIST of 5,000 pods against a bare server that sends the same bytes, and in protobuf, the first time and after. */
export async function benchList(): Promise<readonly Result[]> {
  const count = 5000;
  await using server = await startBinnacle();
  await fillPods(server, count);
  const answer = await whole(server, collections.pod);
  const before = await server.usage();
  const protobuf = await whole(server, collections.pod, PROTOBUF);
  const first = (await server.usage()).cpu - before.cpu;
  await using bare = await startBare({ headers: fields(answer), list: answer.body });
  const list = (credential: Credential): Omit<Load, "step"> => ({ concurrency: 2, seconds, credential });
  const best = await alternately(
    new Map([
      ["bare", () => perCpuSecond(bare, "/list", list({}))],
      ["ours", () => perCpuSecond(server, collections.pod, list({ token: server.token }))],
      ["protobuf", () => perCpuSecond(server, collections.pod, list({ token: server.token }), PROTOBUF)],
    ]),
  );
  const [floor, rate, packed] = [best.get("bare") as number, best.get("ours") as number, best.get("protobuf") as number];
  return [
    {
      what: `LIST of ${count} pods (${rounded(answer.bytes / 1e6)} MB), of bare`,
      measured: rate / floor,
      unit: "",
      aim: { atLeast: 0.8 },
      detail: `${rounded(1000 / rate)} ms of CPU a list, bare ${rounded(1000 / floor)}`,
    },
    {
      what: `LIST of ${count} pods in protobuf (${rounded(protobuf.bytes / 1e6)} MB), of JSON`,
      measured: packed / rate,
      unit: "",
      aim: { atLeast: 1 },
      detail: `${rounded(1000 / packed)} ms of CPU a list, the first ${rounded(first * 1000)}`,
    },
  ];
}

/** The first LIST in protobuf, for which 5,000 messages are made: how long other requests wait for it at most. */
export async function benchFirstList(): Promise<readonly Result[]> {
  const count = 5000;
  // Of the process' CPU all is the loop's then: the collector works in its thread, and no compiler beside it.
  await using server = await startBinnacle([], undefined, ["--single-threaded-gc", "--no-opt"]);
  await fillPods(server, count);
  const longest = await server.longestTurn(() => whole(server, collections.pod, PROTOBUF));
  return [{ what: `the longest turn of a first LIST of ${count} pods in protobuf`, measured: longest, unit: "ms", aim: { atMost: 10 } }];
}

async function whole(server: Binnacle, path: string, accept?: string): Promise<Answer> {
  using client = await openClient(server.url, { token: server.token });
  // Awaited here, before the client is disposed of.
  return await client.send({ path, keep: true, ...(accept === undefined ? {} : { accept }) });
}

/** The header fields of an answer that the bare server has to send as well. */
function fields({ headers }: Answer): Record<string, string> {
  const shown = Object.entries(headers).filter(([name, value]) => !name.startsWith(":") && name !== "date" && typeof value === "string");
  return Object.fromEntries(shown) as Record<string, string>;
}

/** Reads of a path for each second of the server's CPU. */
export async function perCpuSecond(
  server: MeteredServer,
  path: string,
  how: Omit<Load, "step">,
  accept = "application/json",
): Promise<number> {
  return (await load(server, { ...how, step: (client) => client.send({ path, accept }) })).perCpuSecond;
}

/** Measures each in turn, a few times over, and keeps the best: other work on the machine disturbs one more than another. */
export async function alternately(subjects: ReadonlyMap<string, () => Promise<number>>, times = rounds): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  for (let round = 0; round < times; round++) {
    for (const [name, measure] of subjects) best.set(name, Math.max(best.get(name) ?? 0, await measure()));
  }
  return best;
}
