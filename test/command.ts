import { spawn } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../src/config/data-files.ts";

/** The built command as a process: its output so far, when it says that it serves, and its end. */
export function run(...args: string[]) {
  const child = spawn(process.execPath, [join(packageRoot(), "bin/binnacle.js"), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (said.stdout += String(text)));
  child.stderr.on("data", (text) => (said.stderr += String(text)));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => /binnacle: ready .*\n/.test(said.stdout) && resolve(said.stdout));
    child.on("close", () => reject(new Error(`ended before it was ready: ${said.stderr}`)));
  });
  ready.catch(() => undefined);
  return { child, said, ended, ready };
}
