import { Client, credentials } from "@grpc/grpc-js";
import { startEtcd, type EtcdServer } from "../test/etcd-server.ts";
import { findProgram } from "../test/programs.ts";
import { txnRequest, paths } from "../src/storage/etcd/messages.ts";
import { creates } from "./create.ts";
import { fillPods } from "./fill.ts";
import { perSecond } from "./load.ts";
import { collections } from "./objects.ts";
import { alternately, perCpuSecond } from "./read.ts";
import { rounded, type Result } from "./result.ts";
import { startBinnacle, type Binnacle } from "./servers.ts";

const seconds = 1.5;
/** Two servers that do nearly the same differ by less than what disturbs one round. */
const rounds = 5;
const clients = 64;
const pods = 5000;
/** As large as a ConfigMap of the benchmark in the store. */
const value = Buffer.alloc(1100, "x");

/** What a real etcd costs instead of the embedded store: writes against a bare client's, reads against those on LMDB. */
export async function benchEtcd(): Promise<readonly Result[]> {
  if (findProgram("etcd") === undefined) {
    console.log("etcd: left out, it is not installed");
    return [];
  }
  await using etcd = await startEtcd();
  await using onEtcd = await startBinnacle([`--etcd-servers=${etcd.url}`]);
  await using onLmdb = await startBinnacle();
  await fillPods(onEtcd, pods);
  await fillPods(onLmdb, pods);
  const writes = await alternately(
    new Map([
      ["bare", () => barePuts(etcd)],
      ["ours", async () => (await creates(onEtcd, "configMap", clients)).perSecond],
    ]),
  );
  const [floor, rate] = [writes.get("bare") as number, writes.get("ours") as number];
  // Where a server has taken thousands of writes one by one, objects lie scattered in its memory; one that has loaded them is as any other is after its start.
  await using loaded = await startBinnacle([`--etcd-servers=${etcd.url}`]);
  const one = `${collections.pod}/pod-0`;
  return [
    {
      what: `creates of a configMap on etcd by ${clients} clients, of bare puts`,
      measured: rate / floor,
      unit: "",
      aim: { atLeast: 0.4 },
      detail: `${rounded(rate)} a second, bare ${rounded(floor)}`,
    },
    await compared("GET with resourceVersion=0", onEtcd, onLmdb, `${one}?resourceVersion=0`, clients, 0.95),
    await compared(`most recent GET by ${clients} clients`, onEtcd, onLmdb, one, clients, 0.5),
    await compared(`LIST of ${pods} pods`, loaded, onLmdb, collections.pod, 2, 0.95),
    await compared(`LIST of ${pods} pods from where they were created`, onEtcd, onLmdb, collections.pod, 2, undefined),
  ];
}

/** The same read from a server on etcd and from one on LMDB. */
async function compared(
  what: string,
  onEtcd: Binnacle,
  onLmdb: Binnacle,
  path: string,
  concurrency: number,
  atLeast: number | undefined,
): Promise<Result> {
  const reads = (server: Binnacle) => () => perCpuSecond(server, path, { concurrency, seconds, credential: { token: server.token } });
  const best = await alternately(
    new Map([
      ["etcd", reads(onEtcd)],
      ["lmdb", reads(onLmdb)],
    ]),
    rounds,
  );
  const [rate, floor] = [best.get("etcd") as number, best.get("lmdb") as number];
  return {
    what: `${what} on etcd, of LMDB's`,
    measured: rate / floor,
    unit: "",
    ...(atLeast === undefined ? {} : { aim: { atLeast } }),
    detail: `${rounded(1e6 / rate)} µs of CPU each, on LMDB ${rounded(1e6 / floor)}`,
  };
}

/** Creates a second by a client of etcd that does nothing else, so many at once. */
async function barePuts({ url }: EtcdServer): Promise<number> {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  const asIs = (bytes: Buffer): Buffer => bytes;
  const create = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const key = `/bare/${index}`;
      const request = txnRequest([{ key, modRevision: 0 }], [{ type: "put", key, value }], [{ key }]);
      client.makeUnaryRequest(paths.txn, asIs, asIs, request, (error) => (error === null ? resolve() : reject(error)));
    });
  const rate = await perSecond(clients, seconds, create);
  client.close();
  return rate;
}
