import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startServer, StartupError } from "../src/index.ts";

test("two servers live in one process, each with its own port and data, and end where their scope ends", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "library-"));
  t.after(() => rm(directory, { recursive: true }));
  {
    await using one = await startServer({ dataDir: join(directory, "one"), port: 0 });
    await using two = await startServer({ dataDir: join(directory, "two"), port: 0, storageBackend: "memory" });
    assert.notEqual(one.url, two.url);
    for (const { url, kubeconfigPath } of [one, two]) assert.ok((await readFile(kubeconfigPath, "utf8")).includes(url));
    await assert.rejects(startServer({ dataDir: join(directory, "one"), port: 0 }), StartupError);
    const { port } = new URL(one.url);
    await assert.rejects(startServer({ dataDir: join(directory, "three"), port: Number(port) }), /cannot listen on .*EADDRINUSE/);
  }
  await using again = await startServer({ dataDir: join(directory, "one"), port: 0 });
  assert.match(again.url, /^https:/);
});

test("a start that fails at its end leaves nothing open: neither its port nor its directory", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "library-"));
  t.after(() => rm(directory, { recursive: true }));
  const port = await freePort();
  // The kubeconfig is what is written last.
  const taken = join(directory, "admin.kubeconfig");
  await mkdir(taken);
  await assert.rejects(startServer({ dataDir: directory, port }), StartupError);
  await rm(taken, { recursive: true });
  await using again = await startServer({ dataDir: directory, port });
  assert.equal(new URL(again.url).port, String(port));
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
