import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternately, perCpuSecond } from "./read.ts";
import { rounded, type Result } from "./result.ts";
import { startBinnacle, type Binnacle } from "./servers.ts";

const ROUNDS = 11;
const SECONDS = 1;
const POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n";

/**
 * A GET audited at the level Metadata, two events, to a file against the same GET of a server that audits nothing. Both are
 * asked in turn, and the best round of each counts: on a busy machine a request costs whatever others leave of the caches.
 */
export async function benchAudit(): Promise<readonly Result[]> {
  const directory = await mkdtemp(join(tmpdir(), "bench-audit-"));
  try {
    const policyFile = join(directory, "policy.yaml");
    await writeFile(policyFile, POLICY);
    await using plain = await startBinnacle();
    await using audited = await startBinnacle([`--audit-policy-file=${policyFile}`, `--audit-log-path=${join(directory, "audit.log")}`]);
    const best = await alternately(
      new Map([
        ["bare", () => rate(plain)],
        ["audited", () => rate(audited)],
      ]),
      ROUNDS,
    );
    const [bare, told] = [1e6 / (best.get("bare") as number), 1e6 / (best.get("audited") as number)];
    return [
      {
        what: "GET audited at Metadata to a file, of its CPU without",
        measured: told / bare,
        unit: "",
        aim: { atMost: 1.2 },
        detail: `${rounded(told)} µs, ${rounded(bare)} µs`,
      },
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Requests for each second of a server's CPU. */
function rate(server: Binnacle): Promise<number> {
  const how = { concurrency: 64, seconds: SECONDS, credential: { token: server.token } };
  return perCpuSecond(server, "/api/v1/namespaces/default", how);
}
