import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/**
 * The rooms of src/, the lowest first: a room imports itself and rooms before it, never one after it. A part of a folder
 * is named where it stands higher than the rest: the chain joins what the other files of request/ only describe, and
 * cel/kubernetes teaches the language what an object is. A file that stands in src/ itself (main.ts, index.ts) is above
 * all rooms. ARCHITECTURE.md shows the same order, from above.
 */
export const rooms: readonly string[] = [
  "object",
  "api",
  "cel",
  "x509",
  "codec",
  "validation",
  "webhook",
  "schema",
  "cel/kubernetes",
  "protobuf",
  "patch",
  "apply",
  "storage",
  "resources",
  "printing",
  "request",
  "proxy",
  "authentication",
  "authorization",
  "registry",
  "discovery",
  "openapi",
  "extensions",
  "audit",
  "admission",
  "controllers",
  "aggregation",
  "request/impersonation-modes.ts",
  "request/impersonate.ts",
  "request/chain.ts",
  "http",
  "config",
  "server",
  "cli",
];

/** Rooms that import no other room, since they could be packages of their own. */
const alone: ReadonlySet<string> = new Set(["cel"]);

/** Files that describe what is handed down to a lower room: it may import their types. */
const contracts: ReadonlySet<string> = new Set(["admission/admission.ts"]);

/** One import of a source file: what it names, and whether only types come with it. */
interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

/** All imports and re-exports of a TypeScript text, static and dynamic. */
export function importsOf(text: string): readonly Import[] {
  const found: Import[] = [];
  const statement = /^(?:import|export)\s+(type\s)?(?:[^;"'`]*?\sfrom\s+)?["']([^"']+)["']/gm;
  for (const match of text.matchAll(statement)) found.push({ from: match[2] ?? "", typeOnly: match[1] !== undefined });
  for (const match of text.matchAll(/\bimport\(\s*["']([^"']+)["']/g)) found.push({ from: match[1] ?? "", typeOnly: false });
  return found;
}

/**
 * What is wrong with one import. `file` and `target` are paths in src/ with forward slashes; undefined where nothing is.
 */
export function faultOf(file: string, target: string, typeOnly: boolean): string | undefined {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to || from === undefined) return undefined;
  if (to === undefined) return `${file} imports ${target}, which is above all rooms`;
  const [low, high] = [rooms.indexOf(from), rooms.indexOf(to)];
  for (const [room, level] of [
    [from, low],
    [to, high],
  ] as const) {
    if (level < 0) return `${file}: the room ${room} has no place in tools/layers.ts`;
  }
  if (alone.has(from)) return `${file} imports ${target}, but ${from} imports no other room`;
  if (high < low || (typeOnly && contracts.has(target))) return undefined;
  return `${file} imports ${target}, but ${from} is below ${to}`;
}

/** All faults of the sources below a directory, one a line, in the order of the files. */
export function checkLayers(source: string): readonly string[] {
  const faults: string[] = [];
  for (const file of sourceFiles(source)) {
    const name = relative(source, file).split(sep).join("/");
    for (const { from, typeOnly } of importsOf(readFileSync(file, "utf8"))) {
      if (!from.startsWith(".")) continue;
      const target = relative(source, resolve(dirname(file), from))
        .split(sep)
        .join("/");
      // A test may look out of its room: upwards for a whole to put the part into, and out of src/ for test/.
      const fault = isTest(name)
        ? undefined
        : target.startsWith("..")
          ? `${name} imports ${target}, outside of src/`
          : faultOf(name, target, typeOnly);
      if (fault !== undefined) faults.push(fault);
    }
  }
  return faults;
}

/** The room that a file belongs to: the part of its folder that has a place, else the folder; undefined for a file in src/ itself. */
function roomOf(file: string): string | undefined {
  const [folder, part] = file.split("/");
  if (folder === undefined || part === undefined) return undefined;
  const named = `${folder}/${part}`;
  return rooms.includes(named) ? named : folder;
}

/** Tests, suites of them, and what they share: `test-definitions.ts`, a folder `testing`. */
function isTest(name: string): boolean {
  return /\.test(-suite)?\.ts$|\/test-[^/]+\.ts$|\/testing\//.test(name);
}

function sourceFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .toSorted()
    .map((name) => join(directory, name));
}

// Run as a program: checks src/ of the working directory.
if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  if (!existsSync("src")) throw new Error("layers: no src/ here");
  const faults = checkLayers("src");
  for (const fault of faults) console.error(`layers: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
