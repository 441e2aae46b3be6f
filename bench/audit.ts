// A GET audited at the level Metadata, two events, to a file against the same GET of a server that audits nothing: in-process
// through the chain alone, which shows what an audit costs, and over HTTPS, where the aim is. Run after `npm run build`:
// node dist/bench/audit.js [seconds]
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareAudit } from "../src/server/audit.ts";
import { handledTakes } from "./handled.ts";
import { load } from "./load.ts";
import { median } from "./result.ts";
import { startBinnacle, type Binnacle } from "./servers.ts";
import { ADMIN, testPlane } from "../src/server/test-plane.ts";

const seconds = Number(process.argv[2] ?? 2);
const limit = 1.2;
const path = "/api/v1/namespaces/default/configmaps/c";

const directory = await mkdtemp(join(tmpdir(), "bench-audit-"));
const policyFile = join(directory, "policy.yaml");
await writeFile(policyFile, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n");
const audit = await prepareAudit(
  {
    policyFile,
    webhook: undefined,
    log: {
      path: join(directory, "audit.log"),
      format: "json",
      rotation: { maxBytes: 100 * 1024 * 1024, maxAgeMs: 0, maxBackups: 2, compress: false },
      mode: "blocking",
      batch: { bufferSize: 1, maxSize: 1, maxWaitMs: 0, throttle: undefined, parallel: 1 },
      truncate: undefined,
    },
  },
  console,
);

const runs = await Promise.all(
  [
    { name: "no audit", auditor: undefined },
    { name: "Metadata to a file", auditor: audit.auditor },
  ].map(async ({ name, auditor }) => {
    const server = await testPlane({ audit: auditor });
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "default" }, data: { key: "x".repeat(1000) } };
    await server.client.create({ group: "", plural: "configmaps" }, map);
    return { name, server, plane: server.plane, request: server.request(ADMIN, "GET", path) };
  }),
);
const [without, withAudit] = (await handledTakes(runs, seconds)) as [number, number];
console.log(`in-process ratio ${(withAudit / without).toFixed(2)}: ${(withAudit - without).toFixed(1)} µs for two events`);
for (const { server } of runs) {
  server.plane.close();
  await server.storage[Symbol.asyncDispose]();
}
await audit[Symbol.asyncDispose]();

const flags = [`--audit-policy-file=${policyFile}`, `--audit-log-path=${join(directory, "https.log")}`];
await using plain = await startBinnacle();
await using audited = await startBinnacle(flags);
// Both are asked in turn, and the middle one of the ratios counts: what else the machine does falls on both.
const rounds: { readonly plain: number; readonly audited: number }[] = [];
for (let round = 0; round < 11; round++) {
  const [first, second] = [await takes(plain), await takes(audited)];
  if (round > 0) rounds.push({ plain: first, audited: second });
}
const ratio = median(rounds.map((round) => round.audited / round.plain));
console.log(`no audit                 ${median(rounds.map((round) => round.plain)).toFixed(1)} µs a request over HTTPS`);
console.log(`Metadata to a file       ${median(rounds.map((round) => round.audited)).toFixed(1)} µs a request over HTTPS`);
console.log(`ratio ${ratio.toFixed(2)}, at most ${limit}; the log has ${(await stat(join(directory, "https.log"))).size} bytes`);
await rm(directory, { recursive: true });
if (ratio > limit) process.exitCode = 1;

/** Microseconds of CPU that a request to a server takes. */
async function takes(server: Binnacle): Promise<number> {
  const { perCpuSecond } = await load(server, {
    concurrency: 64,
    seconds: seconds / 2,
    credential: { token: server.token },
    step: (client) => client.send({ path: "/api/v1/namespaces/default" }),
  });
  return 1e6 / perCpuSecond;
}
