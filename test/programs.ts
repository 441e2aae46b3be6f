import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs that some tests use and that npm does not install. `.ci/run` installs them all. */
export type Program = "kubectl" | "kubectl-old" | "etcd" | "openssl" | "python3";

/**
 * The options of a test that needs programs: skipped, saying which are missing, where one is not installed. For instance
 * `test("kubectl lists namespaces", needs("kubectl"), async () => ...)`.
 */
export function needs(...programs: readonly Program[]): { readonly skip?: string } {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  return missing.length === 0 ? {} : { skip: `left out: ${missing.join(", ")} is not installed` };
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
