import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.ts";
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
      const started = run(...flags);
      child = started.child;
      const url = /https:\S+/.exec(await started.ready)?.[0] ?? "";
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
