import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startServer } from "../src/index.ts";
import { needs } from "./programs.ts";

const script = join(import.meta.dirname, "..", "..", "test", "python-client.py");

test("Debian's Python client writes, follows, scales and defines kinds", needs("python3-kubernetes"), async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "python-client-"));
  t.after(() => rm(directory, { recursive: true }));
  await using server = await startServer({ dataDir: directory, port: 0, storageBackend: "memory" });
  // Debian's interpreter, not one that stands before it in PATH and knows nothing of Debian's packages.
  const { stdout } = await promisify(execFile)("/usr/bin/python3", [script, server.kubeconfigPath]);
  assert.deepEqual(JSON.parse(stdout), {
    configMaps: { events: ["ADDED", "MODIFIED", "DELETED"], data: { a: "1", b: "2" }, after: 404 },
    replicas: 5,
    sails: [3],
  });
});
