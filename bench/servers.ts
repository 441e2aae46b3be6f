import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const meter = new URL("meter.js", import.meta.url).href;
const command = fileURLToPath(new URL("../../bin/binnacle.js", import.meta.url));
const bareCommand = fileURLToPath(new URL("bare-server.js", import.meta.url));
/** A start that takes longer is a fault, in milliseconds. */
const patience = 30_000;

/** A server in a process of its own on a port of loopback. */
export interface MeteredServer extends AsyncDisposable {
  readonly url: string;
  /** Seconds of CPU and bytes of resident memory of its process so far. */
  usage(): Promise<{ readonly cpu: number; readonly rss: number }>;
  /** The longest that one turn of its loop took while something was done, in milliseconds of CPU. */
  longestTurn(work: () => Promise<unknown>): Promise<number>;
}

/** Ours, with what a client needs to be an administrator. */
export interface Binnacle extends MeteredServer {
  readonly token: string;
  readonly clientCertificate: { readonly cert: string; readonly key: string };
}

/**
 * Starts the command on an empty data directory, as `npm start` does but for the port and the flags that are given, its
 * own and Node's. A directory of the caller's is used as it is, and stays.
 */
export async function startBinnacle(more: readonly string[] = [], own?: string, ofNode: readonly string[] = []): Promise<Binnacle> {
  const directory = own ?? (await mkdtemp(join(tmpdir(), "binnacle-bench-")));
  const token = "bench-token";
  const tokens = join(directory, "tokens.csv");
  await writeFile(tokens, `${token},bench,bench,system:masters\n`);
  const flags = [
    "--secure-port=0",
    `--data-dir=${join(directory, "data")}`,
    `--token-auth-file=${tokens}`,
    "--controllers=serviceaccount",
    ...more,
  ];
  const child = spawn(process.execPath, [...ofNode, "--import", meter, command, ...flags], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [, url, kubeconfigPath] = await said(child, /ready {2}(\S+) {2}KUBECONFIG=(\S+)/);
  const kubeconfig = await readFile(kubeconfigPath as string, "utf8");
  const part = (name: string): string => Buffer.from(new RegExp(`${name}: "?([\\w+/=]+)`).exec(kubeconfig)?.[1] ?? "", "base64").toString();
  return {
    ...metered(child, url as string, own === undefined ? directory : undefined),
    token,
    clientCertificate: { cert: part("client-certificate-data"), key: part("client-key-data") },
  };
}

/** What the bare server sends: the same header fields with each answer, and a body for each path. */
interface BareContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly get?: Buffer;
  readonly list?: Buffer;
  /** Sent to every open stream of /watch for each request of /send. */
  readonly event?: Buffer;
}

/** Starts a bare node:http2 server over TLS that sends the given bytes and does nothing else. */
export async function startBare({ headers, ...bodies }: BareContent): Promise<MeteredServer> {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-bench-"));
  await writeFile(join(directory, "headers.json"), JSON.stringify(headers));
  for (const [name, bytes] of Object.entries(bodies)) await writeFile(join(directory, name), bytes);
  const child = spawn(process.execPath, ["--import", meter, bareCommand, directory], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [, url] = await said(child, /ready {2}(\S+)/);
  return metered(child, url as string, directory);
}

/**
 * Milliseconds from the spawn of the command to the line that says it serves: on an empty directory, or one in which
 * `startBinnacle` ran before, which stays.
 */
export async function timeToReady(own?: string): Promise<number> {
  const directory = own ?? (await mkdtemp(join(tmpdir(), "binnacle-bench-")));
  const start = performance.now();
  const flags = ["--secure-port=0", `--data-dir=${join(directory, "data")}`];
  const child = spawn(process.execPath, [command, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  await said(child, /ready/);
  const elapsed = performance.now() - start;
  await stopped(child, own === undefined ? directory : undefined);
  return elapsed;
}

function metered(child: ChildProcess, url: string, directory: string | undefined): MeteredServer {
  const ask = async (question: string): Promise<{ cpu: number; rss: number; longest: number }> => {
    child.send(question);
    const [answer] = (await once(child, "message")) as [{ cpu: number; rss: number; longest: number }];
    return answer;
  };
  return {
    url,
    usage: () => ask("usage"),
    async longestTurn(work) {
      await ask("watch turns");
      await work();
      return (await ask("longest turn")).longest;
    },
    [Symbol.asyncDispose]: () => stopped(child, directory),
  };
}

/** Waits until a process writes what is looked for. */
async function said(child: ChildProcess, wanted: RegExp): Promise<RegExpExecArray> {
  let text = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => (child.kill("SIGKILL"), reject(new Error(`a server did not get ready: ${text}`))), patience);
    child.once("exit", (code) => reject(new Error(`a server ended with ${code} instead of getting ready`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = wanted.exec(text);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
}

/** Ends a server, and removes its directory where one is named. */
async function stopped(child: ChildProcess, directory: string | undefined): Promise<void> {
  if (child.exitCode === null) {
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 6000);
    await exit;
    clearTimeout(timer);
  }
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
}
