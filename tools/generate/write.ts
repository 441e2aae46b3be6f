import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a table: a line for each entry of its `breakDepth` outer levels, so that a diff shows which entry changed. */
export function writeTable(path: string, table: unknown, breakDepth = 1): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text(table, breakDepth)}\n`);
}

function text(value: unknown, breakDepth: number): string {
  if (breakDepth === 0 || typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return value.length === 0 ? "[]" : `[\n${value.map((item) => text(item, breakDepth - 1)).join(",\n")}\n]`;
  }
  const members = Object.entries(value);
  if (members.length === 0) return "{}";
  return `{\n${members.map(([key, member]) => `${JSON.stringify(key)}:${text(member, breakDepth - 1)}`).join(",\n")}\n}`;
}

/** A copy with its keys in order. */
export function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
