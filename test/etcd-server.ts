import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "./programs.ts";

/** A single etcd of a test's own: a data directory and two ports that nobody else has. */
export interface EtcdServer extends AsyncDisposable {
  readonly url: string;
  /** Ends the process at once, as a power loss would; its data stays. */
  kill(): Promise<void>;
  /** Loses the data of a server that was killed. */
  forget(): Promise<void>;
  /** Starts it again on the same data and ports; resolves when it answers. */
  start(): Promise<void>;
}

/** Files of a server's certificate, and of the CA that its clients' must come from. */
interface EtcdTlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const startPatience = 20_000;

/** Starts the etcd that is in PATH. It ends with this process at the latest. */
export async function startEtcd(tls?: EtcdTlsFiles): Promise<EtcdServer> {
  const program = findProgram("etcd");
  if (program === undefined) throw new Error("etcd is not installed");
  const directory = await mkdtemp(join(tmpdir(), "binnacle-etcd-"));
  const [client, peer] = await freePorts(2);
  const scheme = tls === undefined ? "http" : "https";
  const url = `${scheme}://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const options = {
    "data-dir": directory,
    "listen-client-urls": url,
    "advertise-client-urls": url,
    "listen-peer-urls": peerUrl,
    "initial-advertise-peer-urls": peerUrl,
    "initial-cluster": `default=${peerUrl}`,
    "log-level": "error",
    "logger": "zap",
    // Kubernetes takes requests of 3 MiB, which etcd's default would refuse.
    "max-request-bytes": "16777216",
    ...(tls === undefined ? {} : { "cert-file": tls.cert, "key-file": tls.key, "trusted-ca-file": tls.ca, "client-cert-auth": "true" }),
  };
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  let child: ChildProcess | undefined;
  const endWithUs = (): void => void child?.kill("SIGKILL");
  process.on("exit", endWithUs);
  const kill = async (): Promise<void> => {
    if (child === undefined) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
    child = undefined;
  };
  const start = async (): Promise<void> => {
    const started = spawn(program, flags, { stdio: ["ignore", "ignore", "pipe"], env: { PATH: process.env["PATH"] ?? "" } });
    child = started;
    let said = "";
    started.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
    const until = Date.now() + startPatience;
    while (!(await listens(client))) {
      if (started.exitCode !== null || Date.now() > until) throw new Error(`etcd does not start:\n${said}`);
      await sleep(20);
    }
  };
  await start();
  return {
    url,
    kill,
    forget: () => rm(directory, { recursive: true, force: true }),
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      process.off("exit", endWithUs);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listens(port: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: port ?? 0 }, () => (socket.destroy(), resolve(true)));
    socket.on("error", () => resolve(false));
  });
}
