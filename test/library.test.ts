import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
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
