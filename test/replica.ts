import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../src/config/data-files.ts";
import { openDoor, type Door } from "./door.ts";

/** The built command on an etcd, as a process of its own. It ends with this process at the latest. */
export interface Replica extends AsyncDisposable {
  /** Where it is asked since it was last started. */
  readonly door: Door;
  /** Tells this run of it from those before. */
  readonly run: string;
  kill(): Promise<void>;
  /** Starts it again, with what it had in its directory; resolves when it serves. */
  start(): Promise<void>;
  /** Stops the process where it stands, its connections open. */
  pause(): void;
  resume(): void;
}

/** Starts a server on the etcd at some URLs. */
export async function startReplica(etcd: readonly string[]): Promise<Replica> {
  const directory = await mkdtemp(join(tmpdir(), "binnacle-replica-"));
  const flags = ["serve", "--secure-port=0", `--data-dir=${directory}`, `--etcd-servers=${etcd.join()}`];
  let child: ChildProcess | undefined;
  let door: Door | undefined;
  let runs = 0;
  const endWithUs = (): void => void child?.kill("SIGKILL");
  process.on("exit", endWithUs);
  const replica: Replica = {
    get door() {
      return door as Door;
    },
    get run() {
      return `${directory} ${runs}`;
    },
    async kill() {
      if (child === undefined) return;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
      child = undefined;
    },
    async start() {
      const started = spawn(process.execPath, [join(packageRoot(), "bin/binnacle.js"), ...flags], { stdio: ["ignore", "pipe", "pipe"] });
      child = started;
      let said = "";
      started.stderr.on("data", (text) => (said = (said + String(text)).slice(-4_000)));
      const url = await new Promise<string>((resolve, reject) => {
        started.stdout.on("data", (text) => {
          said += String(text);
          const ready = /ready {2}(https:\S+)/.exec(said)?.[1];
          if (ready !== undefined) resolve(ready);
        });
        started.on("close", () => reject(new Error(`ended before it was ready: ${said}`)));
      });
      door?.close();
      door = await openDoor(url, join(directory, "pki"));
      runs++;
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await replica.kill();
      door?.close();
      process.off("exit", endWithUs);
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await replica.start();
  } catch (error) {
    await replica[Symbol.asyncDispose]();
    throw error;
  }
  return replica;
}
