import { stat } from "node:fs/promises";
import { StartupError } from "../object/startup-error.ts";
import { errorText } from "../object/error-text.ts";
import { readFlagFile } from "./data-dir.ts";

/** Where reloading says how it went. */
export interface ReloadLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A file's content that follows the file. */
export interface ReloadedFile<T> extends Disposable {
  /** What the newest good content means. */
  readonly current: T;
}

interface ReloadOptions<T> {
  /** The flag that names the file, without dashes. */
  readonly flag: string;
  readonly path: string;
  /**
   * What a content means; `before`: what the one in force means, undefined at first. Errors: Error whose message says
   * what is wrong; it must not repeat what is secret.
   */
  readonly parse: (text: string, before: T | undefined) => T | Promise<T>;
  readonly log: ReloadLog;
  /** Called when a new content has come into force, with what the one before meant. */
  readonly changed?: (before: T) => void;
}

/** Opens a file that a flag names and follows it; the parameters are those of ReloadOptions. */
export type OpenFile = <T>(
  flag: string,
  path: string,
  parse: ReloadOptions<T>["parse"],
  changed?: (before: T) => void,
) => Promise<ReloadedFile<T>>;

/** How often a file is looked at, in milliseconds. */
const EVERY_MS = 1000;

/**
 * Reads a file that a flag names, and again whenever it changes: a new content that cannot be read or understood is
 * logged and the old one stays. Errors: StartupError where it cannot be had at first.
 */
export async function reloadedFile<T>({ flag, path, parse, log, changed }: ReloadOptions<T>): Promise<ReloadedFile<T>> {
  let seen = await stampOf(path);
  let current: T;
  try {
    current = await parse(await readFlagFile(flag, path), undefined);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(`--${flag}: ${path}: ${errorText(error)}`, "correct the file", undefined);
  }
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const stamp = await stampOf(path);
      if (stamp === seen) return;
      seen = stamp;
      const before = current;
      current = await parse(await readFlagFile(flag, path), before);
      log.info({ file: path }, `--${flag} was read again`);
      changed?.(before);
    } catch (error) {
      log.warn({ file: path, reason: errorText(error) }, `--${flag} has changed and cannot be used; the content before it stays in force`);
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  return {
    get current() {
      return current;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** What changes when a file does, replaced or written in place; "" where there is none. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "";
  }
}
