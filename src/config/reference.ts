import type { Flag, FlagStatus } from "./flag.ts";
import { flagSections } from "./flags.ts";

const width = 100;

const statusWords: Readonly<Record<FlagStatus, string>> = { works: "works", harmless: "no effect", refused: "refused" };

/** The text of `binnacle serve --help`: the flags that work, then names of those that do not. */
export function helpText(): string {
  const lines: string[] = [];
  const others: Record<"harmless" | "refused", string[]> = { harmless: [], refused: [] };
  for (const [section, rows] of sections()) {
    const working = rows.filter(([, flag]) => flag.status === "works");
    for (const [name, flag] of rows) if (flag.status !== "works") others[flag.status].push(`--${name}`);
    if (working.length === 0) continue;
    lines.push(`${section}:`);
    for (const [name, flag] of working) {
      lines.push(`  --${name}${flag.default === "" ? "" : `=${flag.default}`}`, ...wrap(flag.means, "      "));
    }
    lines.push("");
  }
  lines.push("Taken with a warning, since they change nothing here (yet):", ...wrap(others.harmless.join(" "), "  "), "");
  lines.push(
    "Refused unless they say the default, since what they ask for does not exist here yet:",
    ...wrap(others.refused.join(" "), "  "),
  );
  return lines.join("\n");
}

/** The README's reference of all flags: one table a section. */
export function referenceText(): string {
  const tables = sections().map(([section, rows]) =>
    [
      `### ${section}`,
      "",
      "| flag | default | status | |",
      "| --- | --- | --- | --- |",
      ...rows.map(([name, flag]) => `| \`--${name}\` | ${code(flag.default)} | ${statusWords[flag.status]} | ${meaning(flag)} |`),
    ].join("\n"),
  );
  return `${tables.join("\n\n")}\n`;
}

function sections(): readonly (readonly [string, readonly (readonly [string, Flag])[]])[] {
  return Object.entries(flagSections).map(([section, rows]) => [section, Object.entries<Flag>(rows)]);
}

function meaning(flag: Flag): string {
  return `${flag.deprecated === true ? "Deprecated. " : ""}${flag.means.replaceAll("|", "\\|")}`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  return [...lines, line];
}
