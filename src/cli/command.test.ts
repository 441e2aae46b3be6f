import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import { passwordCheck, readPasswordHash } from "../authentication/password-hash.ts";
import type { Config } from "../config/config.ts";
import { StartupError } from "../object/startup-error.ts";
import { runCommand } from "./command.ts";
import type { StartServer } from "./serve.ts";

/** Runs the command on a terminal that remembers what was written. */
async function run(args: readonly string[], startServer: StartServer = neverStarts, signals = new EventEmitter(), input = "") {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({ write: (text: string) => (written[name] += text) });
  const stdin = Readable.from([input]);
  const terminal = { stdin, stdout: stream("stdout"), stderr: stream("stderr"), env: {}, once: signals.once.bind(signals) };
  return { code: await runCommand(args, terminal, startServer), ...written };
}

const neverStarts: StartServer = () => Promise.reject(new Error("no server was to be started"));

/** A server that stops itself by the signal as soon as it runs, and remembers what it was told. */
function stub(signals: EventEmitter, signal: string) {
  const seen: { config?: Config; closed: boolean } = { closed: false };
  const startServer: StartServer = (config) => {
    seen.config = config;
    setImmediate(() => signals.emit(signal));
    const close = () => {
      seen.closed = true;
      return Promise.resolve();
    };
    return Promise.resolve({
      url: "https://127.0.0.1:6443",
      kubeconfigPath: "/data/admin.kubeconfig",
      close,
      [Symbol.asyncDispose]: close,
    });
  };
  return { seen, startServer };
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`serve says where the server is, and ${signal} ends it with 0`, async () => {
    const signals = new EventEmitter();
    const { seen, startServer } = stub(signals, signal);
    const { code, stdout } = await run(["serve", "--secure-port=7000"], startServer, signals);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^binnacle: ready {2}https:\/\/127.0.0.1:6443 {2}KUBECONFIG=\/data\/admin.kubeconfig\n.*kubectl --kubeconfig \/data/,
    );
    assert.equal(seen.config?.port, 7000);
    assert.ok(seen.closed);
  });
}

test("a signal ends a start that takes long: with 0 where it comes about in time", async () => {
  const signals = new EventEmitter();
  const { seen, startServer } = stub(signals, "SIGTERM");
  const slowly: StartServer = async (config) => {
    signals.emit("SIGINT");
    await new Promise((resume) => setTimeout(resume, 20));
    return startServer(config);
  };
  const { code, stdout } = await run(["serve", "--secure-port=0"], slowly, signals);
  assert.deepEqual([code, stdout, seen.closed], [0, "", true]);
});

test("serve is what runs where no command is named", async () => {
  const signals = new EventEmitter();
  const { seen, startServer } = stub(signals, "SIGTERM");
  assert.equal((await run(["--secure-port=0"], startServer, signals)).code, 0);
  assert.equal(seen.config?.port, 0);
});

test("a command line that cannot be followed is one line on stderr and exit code 2", async () => {
  for (const args of [["--nonsense"], ["serve", "--secure-port=x"], ["nonsense"], ["version", "x"]]) {
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, /^binnacle: [^\n]+\n$/);
    assert.equal(stdout, "");
  }
});

test("a startup fault says what is wrong and what to do, with exit code 1", async () => {
  const { code, stderr } = await run([], () => Promise.reject(new StartupError("/data is in use", "stop the other server")));
  assert.equal(code, 1);
  assert.equal(stderr, "binnacle: /data is in use. To do: stop the other server.\n");
});

test("help shows every flag, version the release of Kubernetes", async () => {
  const help = await run(["serve", "--help"]);
  assert.equal(help.code, 0);
  for (const flag of ["--secure-port=6443", "--apiserver-count", "--audit-log-path"]) assert.ok(help.stdout.includes(flag), flag);
  assert.match((await run(["--version"])).stdout, /^binnacle \d+\.\d+\.\d+ \(Kubernetes API v1\.36\)\n$/);
});

test("hash-password makes of a password on standard input what a password file holds", async () => {
  const { code, stdout } = await run(["hash-password"], neverStarts, new EventEmitter(), "open sesame\nrest");
  assert.equal(code, 0);
  const hash = readPasswordHash(stdout.trim());
  assert.ok(hash);
  assert.ok(await passwordCheck()("open sesame", hash));
  assert.ok(!(await passwordCheck()("open sesam", hash)));
  const refused = await run(["hash-password", "open sesame"]);
  assert.equal(refused.code, 2);
  assert.doesNotMatch(refused.stderr, /open sesame/);
});
