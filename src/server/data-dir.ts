import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { StartupError } from "../object/startup-error.ts";
import { errorText } from "../object/error-text.ts";

/**
 * Makes a directory that only its owner can read, and those above it. Throws StartupError where that is not possible.
 * A directory that exists keeps its mode: it may be shared on purpose.
 */
export async function prepareDirectory(path: string): Promise<void> {
  try {
    await makeDirectories(resolve(path));
  } catch (error) {
    throw new StartupError(
      `cannot make the directory ${path}: ${errorText(error)}`,
      "choose another one, for instance with --data-dir",
      error,
    );
  }
}

/** Parents first. Not by mkdir's own `recursive`, which loops without end where a parent takes no entries (/proc). */
async function makeDirectories(path: string): Promise<void> {
  const missing: string[] = [];
  for (let each = path; !(await isDirectory(each)); each = dirname(each)) missing.push(each);
  for (const each of missing.reverse()) {
    // Another server may have made it meanwhile.
    await mkdir(each, { mode: 0o700 }).catch((error: unknown) => hasCode(error, "EEXIST") || Promise.reject(error as Error));
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
  throw new Error(`${path} is a file`);
}

/**
 * Writes a file so that at any moment either the old or the new content is there, whole: beside it, to disk, then
 * renamed. Throws StartupError.
 */
export async function writeFileAtomically(path: string, content: string, mode: number): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(beside, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    const directory = await open(dirname(path), "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw new StartupError(`cannot write ${path}: ${errorText(error)}`, "see to its permissions and free space", error);
  }
}

/** Reads a file that need not be there: undefined where it is absent. Throws StartupError where it cannot be read. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw new StartupError(`cannot read ${path}: ${errorText(error)}`, "see to its permissions", error);
  }
}

/** Reads a file that a flag names. Throws StartupError, naming the flag, where it is absent or cannot be read. */
export async function readFlagFile(flag: string, path: string): Promise<string> {
  const content = await readFileIfThere(path);
  if (content === undefined) throw new StartupError(`--${flag}: there is no file ${path}`, "name one that exists, or leave the flag out");
  return content;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
