import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Comments of one declared class. */
export interface ClassTexts {
  readonly text: string;
  /** Every member by name without the generator's escapes; "" where it has no comment. */
  readonly members: ReadonlyMap<string, string>;
}

/** Reads the comments of all classes declared in a folder of .d.ts files. */
export function classesIn(folder: string): Map<string, ClassTexts> {
  const classes = new Map<string, ClassTexts>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".d.ts")) continue;
    const source = readFileSync(join(folder, file), "utf8");
    const declared = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export declare class (\w+) \{([\s\S]*?)\n\s*static /.exec(source);
    if (declared === null) continue;
    const [, comment = "", name = "", body = ""] = declared;
    const members = new Map<string, string>();
    for (const member of body.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?'([^']+)'\??:/g)) {
      members.set((member[2] ?? "").replaceAll("$", "_").replaceAll(/^_+/g, ""), plain(member[1] ?? ""));
    }
    classes.set(name, { text: plain(comment), members });
  }
  return classes;
}

function plain(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .replaceAll('\\"', '"')
    .trim();
}
