import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { packageRoot } from "../src/config/data-files.ts";

/** The built command as a process: its output so far, and its end. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [join(packageRoot(), "bin/binnacle.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (said.stdout += String(text)));
  child.stderr.on("data", (text) => (said.stderr += String(text)));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => /binnacle: ready .*\n/.test(said.stdout) && resolve(said.stdout));
    child.on("close", () => reject(new Error(`ended before it was ready: ${said.stderr}`)));
  });
  ready.catch(() => undefined);
  return { child, said, ended, ready };
}

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
