import { closeSync, createReadStream, createWriteStream, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** When a file is put aside, and which old ones are kept; 0 is no limit. */
export interface Rotation {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly maxBackups: number;
  readonly compress: boolean;
}

/** A file that is put aside when it is full: `audit.log` becomes `audit-2026-01-31T12-30-00.000.log`, in UTC. */
export class RotatingFile implements AsyncDisposable {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #clock: () => number;
  readonly #onFault: (error: unknown) => void;
  #descriptor: number;
  #size: number;
  #lastBackup = 0;
  #tidying: Promise<void>;

  /** Opens the file at its end, and makes it and its directory where they are not. Errors: those of the file system. */
  constructor(path: string, rotation: Rotation, clock: () => number, onFault: (error: unknown) => void) {
    this.#path = path;
    this.#rotation = rotation;
    this.#clock = clock;
    this.#onFault = onFault;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(path, "a", 0o600);
    this.#size = fstatSync(this.#descriptor).size;
    this.#tidying = this.#tidy();
  }

  /** Appends a text, whole, to one file. Errors: those of the file system, which may have taken a part. */
  write(text: string | Buffer): void {
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    const { maxBytes } = this.#rotation;
    if (maxBytes > 0 && this.#size > 0 && this.#size + bytes.length > maxBytes) this.#rotate();
    for (let at = 0; at < bytes.length;) {
      const written = writeSync(this.#descriptor, bytes, at);
      at += written;
      this.#size += written;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tidying;
    closeSync(this.#descriptor);
  }

  #rotate(): void {
    // Two files of one millisecond must not have one name.
    this.#lastBackup = Math.max(Math.floor(this.#clock()), this.#lastBackup + 1);
    const backup = join(dirname(this.#path), `${this.#prefix}${stamp(this.#lastBackup)}${extname(this.#path)}`);
    renameSync(this.#path, backup);
    const fresh = openSync(this.#path, "a", 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = fresh;
    this.#size = 0;
    this.#tidying = this.#tidying.then(() => this.#tidy());
  }

  /** Compresses and removes old files; what fails is tried again after the next rotation. */
  async #tidy(): Promise<void> {
    const { maxBackups, maxAgeMs, compress } = this.#rotation;
    try {
      const directory = dirname(this.#path);
      const oldest = maxAgeMs === 0 ? 0 : this.#clock() - maxAgeMs;
      const backups = (await readdir(directory)).flatMap((name) => this.#backupOf(name)).sort((a, b) => b.time - a.time);
      for (const [index, { name, time }] of backups.entries()) {
        const file = join(directory, name);
        if ((maxBackups > 0 && index >= maxBackups) || time < oldest) await rm(file, { force: true });
        else if (compress && !name.endsWith(".gz")) await gzip(file);
      }
    } catch (error) {
      this.#onFault(error);
    }
  }

  #backupOf(name: string): readonly { readonly name: string; readonly time: number }[] {
    const plain = name.endsWith(".gz") ? name.slice(0, -3) : name;
    if (!plain.startsWith(this.#prefix) || !plain.endsWith(extname(this.#path))) return [];
    const middle = plain.slice(this.#prefix.length, plain.length - extname(this.#path).length);
    const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(middle);
    if (match === null) return [];
    const time = Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`);
    return Number.isNaN(time) ? [] : [{ name, time }];
  }

  get #prefix(): string {
    return `${basename(this.#path, extname(this.#path))}-`;
  }
}

function stamp(time: number): string {
  return new Date(time).toISOString().slice(0, -1).replaceAll(":", "-");
}

/** The compressed file has its name only when it is whole. */
async function gzip(file: string): Promise<void> {
  const partial = `${file}.partial`;
  await pipeline(createReadStream(file), createGzip(), createWriteStream(partial, { mode: 0o600 }));
  await rename(partial, `${file}.gz`);
  await rm(file);
}
