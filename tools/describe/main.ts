// Writes dist/<release>/descriptions.json: what the types of the API and the columns of its tables mean, in the words of
// the installed client package. Made at build time and never committed. Without the package there are no descriptions.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { capital } from "../../src/openapi/operation-name.ts";
import type { TypeRecord, TypesFile } from "../../src/schema/table.ts";
import { classesIn, type ClassTexts } from "./classes.ts";
import { columnTexts } from "./columns.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const models = join(root, "node_modules/@kubernetes/client-node/dist/gen/models");

for (const release of readdirSync(join(root, "data")).filter((name) => name.startsWith("kubernetes-"))) {
  const { types } = JSON.parse(readFileSync(join(root, "data", release, "types.json"), "utf8")) as TypesFile;
  const classes = existsSync(models) ? classesIn(models) : new Map<string, ClassTexts>();
  const described: Record<string, Record<string, string>> = {};
  for (const [definition, type] of Object.entries(types)) {
    const texts = classFor(definition, type, classes);
    if (texts !== undefined) described[definition] = textsOf(type, texts);
  }
  // Members that are structs have no text of their own: they take their type's.
  for (const [definition, type] of Object.entries(types)) {
    for (const [member, field] of Object.entries(type.fields)) {
      const text = described[field.type.replaceAll(/\[\]|\{\}/g, "")]?.[""];
      if (text !== undefined && described[definition] !== undefined) described[definition][member] ??= text;
    }
  }
  const columns = columnTexts(join(root, "data", release), types, described);
  mkdirSync(join(root, "dist", release), { recursive: true });
  writeFileSync(join(root, "dist", release, "descriptions.json"), JSON.stringify({ types: described, columns }));
}

/** The class that was generated from a definition: its name has the group where the version does not tell it apart. */
function classFor(definition: string, type: TypeRecord, classes: ReadonlyMap<string, ClassTexts>): ClassTexts | undefined {
  const [group = "", version = "", name = ""] = definition.split(".").slice(-3);
  const tries = [`${capital(group)}${capital(version)}${name}`, `${capital(version)}${name}`];
  return tries.map((tried) => classes.get(tried)).find((found) => found !== undefined && fits(type, found));
}

/** Two groups may have types of one name; their members tell which one the class is. */
function fits(type: TypeRecord, texts: ClassTexts): boolean {
  return Object.keys(type.fields).every((member) => texts.members.has(memberName(member)));
}

function textsOf(type: TypeRecord, texts: ClassTexts): Record<string, string> {
  const found: Record<string, string> = {};
  if (texts.text !== "") found[""] = texts.text;
  for (const member of Object.keys(type.fields)) {
    const text = texts.members.get(memberName(member)) ?? "";
    if (text !== "") found[member] = text;
  }
  return found;
}

/** Members as the package's generator spells them. */
function memberName(member: string): string {
  return member.replaceAll(/^_|[-$]/g, "_").replaceAll(/^_+/g, "");
}
