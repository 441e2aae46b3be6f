import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs that some tests use and that npm does not install. `.ci/run` installs them all. */
type Program = "kubectl" | "kubectl-old" | "etcd" | "etcd-3.5" | "openssl" | "python3-kubernetes";

/** What is no command: where Debian puts it. */
const modules: ReadonlyMap<Program, string> = new Map([["python3-kubernetes", "/usr/lib/python3/dist-packages/kubernetes"]]);

/**
 * The options of a test that needs programs: skipped, saying which are missing, where one is not installed. For instance
 * `test("kubectl lists namespaces", needs("kubectl"), async () => ...)`.
 */
export function needs(...programs: readonly Program[]): { readonly skip?: string } {
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length === 0 ? {} : { skip: `left out: ${missing.join(", ")} is not installed` };
}

function isInstalled(program: Program): boolean {
  const module = modules.get(program);
  return module === undefined ? findProgram(program) !== undefined : existsSync(module);
}

/** The path of a program in PATH; undefined where it is not there. */
export function findProgram(program: Program): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
