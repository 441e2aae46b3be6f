import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/config/data-files.ts";
import { referenceText } from "../src/config/reference.ts";

const begin = "<!-- flags: written by `npm run fix` from src/config/flags.ts -->\n";
const end = "<!-- end of flags -->\n";

/** A README with its reference of flags replaced by what the table says. Throws where the two marks are not there. */
export function withReference(readme: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error("README.md: the marks around the reference of flags are missing");
  return `${readme.slice(0, from)}${begin}\n${referenceText()}\n${readme.slice(to)}`;
}

/** The README's path and text. */
export function readReadme(): { readonly path: string; readonly text: string } {
  const path = join(packageRoot(), "README.md");
  return { path, text: readFileSync(path, "utf8") };
}

// Run as a program: brings the README up to date.
if (process.argv[1] === import.meta.filename) {
  const { path, text } = readReadme();
  const current = withReference(text);
  if (current !== text) writeFileSync(path, current);
}
