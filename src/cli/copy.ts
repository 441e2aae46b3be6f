import { parseArgs } from "node:util";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { parseFlags } from "../config/parse.ts";
import { readSurroundings } from "../config/surroundings.ts";
import { UsageError } from "../config/usage-error.ts";
import { StartupError } from "../object/startup-error.ts";
import { openEtcd } from "../server/open-storage.ts";
import { systemClock } from "../storage/clock.ts";
import { copyPairs, readPairs, type Copied, type PairReader, type PairWriter } from "../storage/copy/copy.ts";
import { isEmpty, readStorage, writeStorage } from "../storage/copy/storage-sides.ts";
import { StorageError } from "../storage/storage.ts";
import type { Terminal } from "./command.ts";

const USAGE = "copy --from PLACE --to PLACE [--etcd-prefix=…] [--etcd-cafile=… --etcd-certfile=… --etcd-keyfile=…]";
/** A PLACE is a server's data directory, or the URLs of an etcd cluster's members. */
const ETCD_FLAGS = ["etcd-prefix", "etcd-cafile", "etcd-certfile", "etcd-keyfile"] as const;
/** Milliseconds between lines of progress where they cannot overwrite each other. */
const LINE_MS = 5_000;

/** One of the two stores: how it is read, beside whoever writes it, and how it is filled. */
interface Side {
  read(): Promise<PairReader>;
  /** Errors: StartupError where it is not empty. */
  fill(): Promise<PairWriter>;
}

/**
 * `binnacle copy`: copies everything in one store to another, which has to be empty: from a data directory to etcd, or
 * back. The source may be in use: what is copied is its state at one moment. The copy is read back and compared. Exit code 0:
 * it agrees, 1: it does not. Errors: UsageError; StartupError for what its user can mend.
 */
export async function copy(args: readonly string[], terminal: Terminal): Promise<number> {
  const { from, to, etcdFlags } = readPlaces(args);
  const source = sideOf(from, etcdFlags, terminal);
  const target = sideOf(to, etcdFlags, terminal);
  try {
    const copied = await fill(source, target, terminal);
    await using reader = await target.read();
    const found = await readPairs(reader);
    const what = `${copied.keys} keys of ${copied.bytes} bytes and ${copied.leases} leases at revision ${copied.revision}`;
    if (!agree(copied, found)) {
      terminal.stderr.write(
        `binnacle: copied ${what}, sha256 ${copied.checksum}; but ${to} has ${found.keys} keys of ${found.bytes} bytes, sha256 ${found.checksum}\n`,
      );
      return 1;
    }
    terminal.stdout.write(`copied ${what}; read back and compared, sha256 ${copied.checksum}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw new StartupError(error.message, "see to the stores, empty what was begun, and copy again", error);
  }
}

async function fill(source: Side, target: Side, { stderr }: Terminal): Promise<Copied> {
  await using reader = await source.read();
  await using writer = await target.fill();
  let said = 0;
  // Awaited here, before the stores are closed.
  return await copyPairs(reader, writer, (done, all) => {
    const now = performance.now();
    const isLast = done === all;
    if (stderr.isTTY === true) stderr.write(`\r${done} of ${all} keys${isLast ? "\n" : ""}`);
    else if (isLast || now - said > LINE_MS) stderr.write(`${done} of ${all} keys\n`);
    else return;
    said = now;
  });
}

function agree(one: Copied, other: Copied): boolean {
  return one.keys === other.keys && one.bytes === other.bytes && one.checksum === other.checksum;
}

/** Reads the command line. Errors: UsageError. */
function readPlaces(args: readonly string[]): { readonly from: string; readonly to: string; readonly etcdFlags: readonly string[] } {
  const names = ["from", "to", ...ETCD_FLAGS];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  let values: Readonly<Record<string, unknown>>;
  try {
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; usage: ${USAGE}`);
  }
  const { from, to } = values;
  if (typeof from !== "string" || typeof to !== "string" || from === "" || to === "") throw new UsageError(`usage: ${USAGE}`);
  if (from === to) throw new UsageError("copy: --from and --to are one place");
  const etcdFlags = ETCD_FLAGS.flatMap((name) => (typeof values[name] === "string" ? [`--${name}=${values[name]}`] : []));
  return { from, to, etcdFlags };
}

function sideOf(place: string, etcdFlags: readonly string[], terminal: Terminal): Side {
  return place.includes("://") ? etcdSide(place, etcdFlags, terminal) : directorySide(place);
}

function etcdSide(urls: string, etcdFlags: readonly string[], { env, stderr }: Terminal): Side {
  const tell = (text: string): void => void stderr.write(`binnacle: ${text}\n`);
  const flags = [`--etcd-servers=${urls}`, "--etcd-compaction-interval=0s", ...etcdFlags];
  const config: Config = parseFlags(flags, readSurroundings(env["XDG_STATE_HOME"])).config;
  return {
    async read() {
      const storage = await openEtcd(config, tell);
      return readStorage(storage, (lease) => storage.secondsLeft(lease));
    },
    async fill() {
      const storage = await openEtcd(config, tell);
      if (await isEmpty(storage)) return writeStorage(storage);
      await storage[Symbol.asyncDispose]();
      throw new StartupError(`${urls} has keys already`, "name an empty etcd, or another --etcd-prefix");
    },
  };
}

/** The store in a data directory. Loaded only where it is used, as a server does. */
function directorySide(dataDir: string): Side {
  const directory = join(dataDir, "store");
  return {
    read: async () => (await import("../storage/lmdb/reader.ts")).readLmdb(directory, systemClock),
    fill: async () => (await import("../storage/lmdb/loader.ts")).loadLmdb(directory, systemClock),
  };
}
