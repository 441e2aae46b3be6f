import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "./command.ts";

test("the command starts on a free port with the recordings' flags, says one line of ready, and ends with 0 at SIGTERM and SIGINT", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "command-"));
  t.after(() => rm(directory, { recursive: true }));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const server = run("serve", "--secure-port=0", `--data-dir=${directory}`, "--authorization-mode=Node,RBAC", "--controllers=");
    t.after(() => server.child.kill("SIGKILL"));
    assert.match(await server.ready, /^binnacle: ready {2}https:\/\/127\.0\.0\.1:\d+ {2}KUBECONFIG=\S+\/admin\.kubeconfig\n/);
    const from = performance.now();
    server.child.kill(signal);
    assert.equal(await server.ended, 0);
    assert.ok(performance.now() - from < 5000);
  }
});

test("a bad flag ends with 2, a fault at start with 1, each with one line on stderr", async () => {
  const usage = run("--no-such-flag");
  assert.equal(await usage.ended, 2);
  assert.match(usage.said.stderr, /^binnacle: unknown flag: --no-such-flag[^\n]*\n$/);
  const fault = run("--secure-port=0", "--data-dir=/dev/null/x");
  assert.equal(await fault.ended, 1);
  assert.match(fault.said.stderr, /^binnacle: cannot make the directory \/dev\/null\/x[^\n]*\n$/);
});
