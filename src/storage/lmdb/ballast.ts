import { randomFillSync } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { dirname } from "node:path";

const chunkSize = 1024 * 1024;

/**
 * A file that only takes up space. LMDB needs fresh pages to delete, too, so on a full disk nothing could ever be freed:
 * then this file goes, and deletes have its space to work with.
 */
export class Ballast {
  readonly size: number;
  readonly #path: string;
  #filling: Promise<void> | undefined;

  constructor(path: string, size: number) {
    this.#path = path;
    this.size = size;
  }

  /** Makes the file, where it is missing and the disk has room for it twice. Resolves whether there is room. */
  async fill(): Promise<boolean> {
    const { bavail, bsize } = await statfs(dirname(this.#path));
    const room = bavail * bsize >= this.size * 2;
    if (!room || existsSync(this.#path)) return room;
    this.#filling ??= this.#write().finally(() => (this.#filling = undefined));
    await this.#filling;
    return true;
  }

  /** Removes the file; false where there was none. */
  drop(): boolean {
    if (!existsSync(this.#path)) return false;
    rmSync(this.#path, { force: true });
    return true;
  }

  /** Waits for `fill` to be done. */
  async settled(): Promise<void> {
    await this.#filling?.catch(() => undefined);
  }

  async #write(): Promise<void> {
    // File systems that compress would store zeros in no space at all.
    const chunk = randomFillSync(Buffer.allocUnsafeSlow(chunkSize));
    const file = await open(this.#path, "w", 0o600);
    try {
      for (let written = 0; written < this.size; written += chunkSize) await file.write(chunk);
    } catch (error) {
      rmSync(this.#path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }
}
