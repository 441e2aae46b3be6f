import { parseArgs } from "node:util";
import type { Config, Surroundings } from "./config.ts";
import { configFrom } from "./config.ts";
import { readFlagValue } from "./flag-value.ts";
import type { FlagName, FlagValues } from "./flags.ts";
import { findFlag, flagRows } from "./flags.ts";
import { UsageError } from "./usage-error.ts";

/** A command line that was read: what to start, and lines of warning about flags that change nothing. */
interface ParsedFlags {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/**
 * Reads the flags of a server into its Config. Throws UsageError for the first flag that is unknown, has a bad value, or
 * asks for what does not exist here.
 */
export function parseFlags(args: readonly string[], surroundings: Surroundings): ParsedFlags {
  const given = collect(args);
  const warnings: string[] = [];
  for (const [name, texts] of given) {
    const flag = findFlag(name);
    if (flag === undefined || flag.status === "works" || sameValue(name, texts)) continue;
    const meaning = flag.means.replace(/\.$/, "");
    if (flag.status === "refused") {
      throw new UsageError(`--${name}=${texts.at(-1)} is refused: it does not exist here yet (${meaning})`);
    }
    warnings.push(`--${name} is taken but changes nothing here (${meaning})`);
  }
  const config = configFrom(valuesOf(given), surroundings, (warning) => warnings.push(warning));
  return { config, warnings };
}

/** The values of all flags where none is given. */
export function defaultFlagValues(): FlagValues {
  return valuesOf(new Map());
}

/** Texts given, by flag, each one with a row in the table. */
function collect(args: readonly string[]): ReadonlyMap<string, string[]> {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  for (const [name, flag] of flagRows()) {
    options[name] = { type: flag.type === "bool" ? "boolean" : "string", ...(name === "v" ? { short: "v" } : {}) };
  }
  const { tokens } = parseArgs({ args: args.map(normalize), options, strict: false, allowPositionals: true, tokens: true });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError(`unexpected argument "${token.value}": flags are written --name=value`);
    if (token.kind !== "option") continue;
    const flag = findFlag(token.name);
    if (flag === undefined) throw new UsageError(`unknown flag: ${token.rawName}${closest(token.name)}`);
    if (token.value === undefined && flag.type !== "bool") throw new UsageError(`flag needs an argument: --${token.name}`);
    const texts = given.get(token.name) ?? [];
    texts.push(token.value ?? "true");
    given.set(token.name, texts);
  }
  return given;
}

/** kube-apiserver takes underscores in a flag's name, and -v=4 and -v4, which parseArgs reads otherwise. */
function normalize(arg: string): string {
  const verbosity = /^-v=?(\d+)$/.exec(arg);
  if (verbosity !== null) return `--v=${verbosity[1]}`;
  if (!arg.startsWith("--")) return arg;
  const end = arg.indexOf("=") < 0 ? arg.length : arg.indexOf("=");
  return arg.slice(0, end).replaceAll("_", "-") + arg.slice(end);
}

function valuesOf(given: ReadonlyMap<string, string[]>): FlagValues {
  // Each row's reader gives the type that its row names, which the compiler cannot follow through the loop.
  return Object.fromEntries(
    flagRows().map(([name, flag]) => [name, readFlagValue(name, flag, given.get(name) ?? [flag.default])]),
  ) as unknown as FlagValues;
}

function sameValue(name: string, texts: readonly string[]): boolean {
  const flag = findFlag(name);
  if (flag === undefined) return false;
  const plain = (from: readonly string[]) => {
    const value = readFlagValue(name, flag, from);
    return JSON.stringify(value instanceof Map ? [...value] : value);
  };
  return plain(texts) === plain([flag.default]);
}

/** A hint at a flag that differs by few letters. */
function closest(name: string): string {
  if (name.length > 60) return "";
  let best: { name: FlagName; distance: number } | undefined;
  for (const [candidate] of flagRows()) {
    const distance = editDistance(name, candidate);
    if (distance <= 2 && distance < (best?.distance ?? 3) && candidate.length > 3) best = { name: candidate, distance };
  }
  return best === undefined ? "; see --help" : `; did you mean --${best.name}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
