import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "./programs.ts";

/** One member of an etcd of a test's own: a data directory and two ports that nobody else has. */
export interface EtcdServer extends AsyncDisposable {
  readonly url: string;
  /** Ends the process at once, as a power loss would; its data stays. */
  kill(): Promise<void>;
  /** Loses the data of a server that was killed: it starts again as another cluster. */
  forget(): Promise<void>;
  /** Starts it again on the same data and ports; resolves when it answers. */
  start(): Promise<void>;
  /** Stops the process where it stands, its connections open. */
  pause(): void;
  resume(): void;
  /** Keeps the data of a server that was killed as it is now; `restore` puts it back. */
  save(): Promise<void>;
  restore(): Promise<void>;
}

/** Three members on one machine. */
export interface EtcdCluster extends AsyncDisposable {
  readonly members: readonly EtcdServer[];
  readonly urls: readonly string[];
}

/** Files of a server's certificate, and of the CA that its clients' must come from. */
interface EtcdTlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface EtcdOptions {
  /** Default: Debian 12's, which is so old that it answers progress requests too early. */
  readonly program?: "etcd" | "etcd-3.5";
  readonly tls?: EtcdTlsFiles;
  /** Bytes that the data may take; beyond it etcd takes no more writes. */
  readonly quotaBytes?: number;
}

interface MemberPlace {
  readonly name: string;
  readonly client: number;
  readonly peer: number;
}

const startPatience = 20_000;

/** Starts an etcd that is in PATH, alone. It ends with this process at the latest. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const [member] = await members(1, options);
  return member as EtcdServer;
}

/** Starts three members of one cluster. They end with this process at the latest. */
export async function startEtcdCluster(options: EtcdOptions = {}): Promise<EtcdCluster> {
  const started = await members(3, options);
  return {
    members: started,
    urls: started.map(({ url }) => url),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((member) => member[Symbol.asyncDispose]()));
    },
  };
}

async function members(count: number, options: EtcdOptions): Promise<EtcdServer[]> {
  const name = options.program ?? "etcd";
  const program = findProgram(name);
  if (program === undefined) throw new Error(`${name} is not installed`);
  const ports = await freePorts(count * 2);
  const places = Array.from({ length: count }, (_, index) => ({
    name: `member-${index}`,
    client: ports[index * 2] as number,
    peer: ports[index * 2 + 1] as number,
  }));
  const made = await Promise.all(places.map((place) => member(program, place, places, options)));
  await Promise.all(made.map((one) => one.start()));
  return made;
}

function peerUrl({ peer }: MemberPlace): string {
  return `http://127.0.0.1:${peer}`;
}

async function member(program: string, place: MemberPlace, places: readonly MemberPlace[], options: EtcdOptions): Promise<EtcdServer> {
  const { tls, quotaBytes } = options;
  const directory = await mkdtemp(join(tmpdir(), "binnacle-etcd-"));
  const data = join(directory, "data");
  const saved = join(directory, "saved");
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${place.client}`;
  let cluster = 0;
  const flags = (): string[] =>
    Object.entries({
      "name": place.name,
      "data-dir": data,
      "listen-client-urls": url,
      "advertise-client-urls": url,
      "listen-peer-urls": peerUrl(place),
      "initial-advertise-peer-urls": peerUrl(place),
      "initial-cluster": places.map((one) => `${one.name}=${peerUrl(one)}`).join(),
      "initial-cluster-token": `test-${cluster}`,
      "log-level": "error",
      "logger": "zap",
      // Kubernetes takes requests of 3 MiB, which etcd's default would refuse.
      "max-request-bytes": "16777216",
      ...(quotaBytes === undefined ? {} : { "quota-backend-bytes": String(quotaBytes) }),
      ...(tls === undefined ? {} : { "cert-file": tls.cert, "key-file": tls.key, "trusted-ca-file": tls.ca, "client-cert-auth": "true" }),
    }).map(([name, value]) => `--${name}=${value}`);
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
  return {
    url,
    kill,
    async start() {
      const started = spawn(program, flags(), { stdio: ["ignore", "ignore", "pipe"], env: { PATH: process.env["PATH"] ?? "" } });
      child = started;
      let said = "";
      started.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
      const until = Date.now() + startPatience;
      while (!(await listens(place.client))) {
        if (started.exitCode !== null || Date.now() > until) throw new Error(`etcd does not start:\n${said}`);
        await sleep(20);
      }
    },
    async forget() {
      cluster++;
      await rm(data, { recursive: true, force: true });
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    save: () => cp(data, saved, { recursive: true, force: true }),
    async restore() {
      await rm(data, { recursive: true, force: true });
      await cp(saved, data, { recursive: true });
    },
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

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port }, () => (socket.destroy(), resolve(true)));
    socket.on("error", () => resolve(false));
  });
}
