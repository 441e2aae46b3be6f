import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer, type ServerOptions } from "../src/index.ts";
import { prepareCertificates } from "../src/server/certificates.ts";
import { openEtcdStorage } from "../src/storage/etcd/etcd.ts";
import { issueLeaf } from "../src/x509/issue.ts";
import { ask, type Caller } from "./ask.ts";
import { startEtcd, type EtcdServer } from "./etcd-server.ts";
import { needs } from "./programs.ts";

// What a server does where the etcd that it was given is not there, not yet, or not for it.

const asked = { ...needs("etcd"), timeout: 60_000 };
/** How long a start waits in these tests, and how long a test then waits for it to give up. */
const PATIENCE = 300;
const BOUND = 15_000;

let directory: string;
let secure: EtcdServer;
let plain: EtcdServer;

before(async () => {
  if (asked.skip !== undefined) return;
  directory = await mkdtemp(join(tmpdir(), "etcd-start-test-"));
  for (const name of ["one", "two"]) {
    const place = { bindAddress: "127.0.0.1", advertiseAddress: "127.0.0.1", externalHostname: "", certDir: join(directory, name) };
    await prepareCertificates({ ...place, servingFiles: undefined, serviceClusterIpRanges: ["10.0.0.0/24"] }, new Date());
  }
  const authority = { subject: { commonName: "" }, key: createPrivateKey(await readFile(file("one/ca.key"))) };
  const past = { from: new Date(Date.now() - 2 * 3600_000), until: new Date(Date.now() - 3600_000) };
  const ended = issueLeaf(authority, { commonName: "late" }, past, "clientAuth", []);
  await writeFile(file("ended.crt"), ended.certificate);
  await writeFile(file("ended.key"), ended.key.export({ type: "pkcs8", format: "pem" }));
  await writeFile(file("empty.pem"), "no certificate\n");
  [secure, plain] = await Promise.all([
    startEtcd({ tls: { ca: file("one/ca.crt"), cert: file("one/apiserver.crt"), key: file("one/apiserver.key") } }),
    startEtcd(),
  ]);
});

after(async () => {
  if (asked.skip !== undefined) return;
  await Promise.all([secure, plain].map((etcd) => etcd[Symbol.asyncDispose]()));
  await rm(directory, { recursive: true, force: true });
});

const file = (name: string): string => join(directory, name);

function options(name: string, etcd: object, start = PATIENCE): ServerOptions {
  const reach = { servers: [plain.url], prefix: "/registry", caFile: "", certFile: "", keyFile: "", ...etcd };
  const etcdTimeouts = { start, healthCheck: 2_000, readyCheck: 2_000 };
  return { dataDir: join(directory, name), port: 0, storageBackend: "etcd3", etcd: reach, etcdTimeouts };
}

/** The administrator of a server that was started. */
async function administrator(name: string): Promise<Caller> {
  const [ca, cert, key] = await Promise.all(["ca.crt", "admin.crt", "admin.key"].map((one) => readFile(file(`${name}/pki/${one}`))));
  return { ca: ca ?? "", ...(cert && { cert }), ...(key && { key }) };
}

const own = () => ({ servers: [secure.url], caFile: file("one/ca.crt"), certFile: file("one/admin.crt"), keyFile: file("one/admin.key") });

test("a server speaks TLS to etcd, with a client certificate", asked, async () => {
  await using server = await startServer(options("tls", own()));
  const made = await ask(server.url, await administrator("tls"), "POST", "/api/v1/namespaces", { metadata: { name: "over-tls" } });
  assert.equal(made.code, 201);
});

/** What is wrong, with what a server is told, and what it says. */
const faults: readonly (readonly [what: string, etcd: () => object, says: RegExp])[] = [
  ["nothing listens", () => ({ servers: ["http://127.0.0.1:1"] }), /etcd at http:\/\/127\.0\.0\.1:1: nothing listens there/],
  ["a name nobody knows", () => ({ servers: ["http://no-such-host.invalid:2379"] }), /its name is not known here/],
  ["an authority of others", () => ({ ...own(), caFile: file("two/ca.crt") }), /certificate is not of an authority that is trusted here/],
  ["no authority", () => ({ ...own(), caFile: "" }), /certificate is not of an authority that is trusted here/],
  [
    "no client certificate",
    () => ({ ...own(), certFile: "", keyFile: "" }),
    /it refuses the client certificate of this server, or that there is none/,
  ],
  [
    "another's client certificate",
    () => ({ ...own(), certFile: file("two/admin.crt"), keyFile: file("two/admin.key") }),
    /it refuses the client certificate of this server/,
  ],
  [
    "a client certificate that has ended",
    () => ({ ...own(), certFile: file("ended.crt"), keyFile: file("ended.key") }),
    /--etcd-certfile: the certificate in .*ended\.crt has ended at/,
  ],
  [
    "a key of another certificate",
    () => ({ ...own(), keyFile: file("two/admin.key") }),
    /--etcd-keyfile: .* is not the key of the certificate/,
  ],
  ["an authority that is none", () => ({ ...own(), caFile: file("empty.pem") }), /--etcd-cafile: there is no certificate in .*empty\.pem/],
  ["a file that is not there", () => ({ ...own(), caFile: file("none.pem") }), /--etcd-cafile: there is no file/],
  ["TLS to one that has none", () => ({ servers: [plain.url.replace("http:", "https:")] }), /it does not speak TLS/],
  ["no TLS to one that wants it", () => ({ servers: [secure.url.replace("https:", "http:")] }), /it ends the connection at once/],
];

test("a start ends in bounded time and says what is wrong", { ...asked, concurrency: true }, async (t) => {
  const ended = faults.map(([what, etcd, says], index) =>
    t.test(what, async () => {
      const begun = Date.now();
      const start = startServer(options(`fault-${index}`, etcd()));
      await assert.rejects(start, (error: Error) => error.name === "StartupError" && says.test(error.message));
      assert.ok(Date.now() - begun < BOUND, `${Date.now() - begun} ms`);
    }),
  );
  await Promise.all(ended);
});

test("a start waits for an etcd that is not up yet, and for one of several that is", asked, async () => {
  await using late = await startEtcd();
  // It listens before all of it is written that it starts from.
  await (await openEtcdStorage({ servers: [late.url], tls: {}, prefix: "/registry", compactionInterval: 0 }))[Symbol.asyncDispose]();
  await late.kill();
  let started = false;
  const starting = startServer(options("late", { servers: [late.url] }, 30_000)).finally(() => (started = true));
  await sleep(1_500);
  assert.equal(started, false);
  await late.start();
  await using server = await starting;
  assert.ok(server.url.startsWith("https:"));
  await using other = await startServer(options("other", { servers: ["http://127.0.0.1:1", late.url] }));
  assert.ok(other.url.startsWith("https:"));
});

test("the health checks wait for etcd as long as they are told", asked, async () => {
  await using etcd = await startEtcd();
  const started = options("health", { servers: [etcd.url] }, 5_000);
  await using server = await startServer({ ...started, etcdTimeouts: { start: 5_000, healthCheck: 3_000, readyCheck: 300 } });
  const caller = await administrator("health");
  const check = async (path: string): Promise<readonly [code: number, seconds: number]> => {
    const begun = Date.now();
    const { code } = await ask(server.url, caller, "GET", path);
    return [code, Math.round((Date.now() - begun) / 1000)];
  };
  assert.deepEqual(await check("/readyz/etcd-readiness"), [200, 0]);
  etcd.pause();
  const [ready, live] = await Promise.all([check("/readyz/etcd-readiness"), check("/livez/etcd")]);
  etcd.resume();
  assert.deepEqual([ready[0], live[0]], [500, 500]);
  assert.ok(ready[1] <= 1 && live[1] >= 2, JSON.stringify([ready, live]));
});
