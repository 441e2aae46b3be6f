import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunningServer } from "../src/index.ts";

const run = promisify(execFile);

/** A kubectl that speaks to one server. */
interface Kubectl {
  /** What it writes. Errors: that of a command that fails. */
  kubectl(...args: string[]): Promise<string>;
  /** What it says of a command that must fail. */
  refused(...args: string[]): Promise<string>;
  /** The path of a manifest with this text. */
  file(text: string): Promise<string>;
}

/** `server` is asked for with each command; what is written lies in `directory`. */
export function kubectlRunner(program: string, server: () => RunningServer, directory: () => string): Kubectl {
  const kubectl = async (...args: string[]): Promise<string> =>
    (await run(program, ["--kubeconfig", server().kubeconfigPath, "--cache-dir", join(directory(), "cache"), ...args])).stdout;
  return {
    kubectl,
    refused: (...args) =>
      kubectl(...args).then(
        (out) => assert.fail(`it succeeded: ${out}`),
        (error: { readonly stderr: string }) => error.stderr,
      ),
    async file(text) {
      const path = join(directory(), "manifest.yaml");
      await writeFile(path, text);
      return path;
    },
  };
}
