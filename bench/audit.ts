// A GET audited at the level Metadata, two events, to a file against the same GET of a server that audits nothing: in-process
// through the chain alone, which shows what an audit costs, and over HTTPS, where the aim is. Run after `npm run build`:
// node dist/bench/audit.js [seconds]
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareAudit } from "../src/server/audit.ts";
import { handledTakes } from "./handled.ts";
import { load, type Load } from "./load.ts";
import { startBinnacle } from "./servers.ts";
import { ADMIN, testPlane } from "../src/server/test-plane.ts";

type LoadStep = Load["step"];

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
const rates = new Map<string, number[]>();
for (let round = 0; round < 5; round++) {
  for (const [name, server] of [
    ["no audit", plain],
    ["Metadata to a file", audited],
  ] as const) {
    const step = (client: Parameters<LoadStep>[0]) => client.send({ path: "/api/v1/namespaces/default" });
    const { perCpuSecond } = await load(server, { concurrency: 64, seconds, credential: { token: server.token }, step });
    rates.set(name, [...(rates.get(name) ?? []), perCpuSecond]);
  }
}
const [fast, slow] = [...rates].map(([name, all]) => {
  const best = 1e6 / Math.max(...all);
  console.log(`${name.padEnd(24)} ${best.toFixed(1)} µs a request over HTTPS`);
  return best;
}) as [number, number];
console.log(`ratio ${(slow / fast).toFixed(2)}, at most ${limit}; the log has ${(await stat(join(directory, "https.log"))).size} bytes`);
await rm(directory, { recursive: true });
if (slow / fast > limit) process.exitCode = 1;
