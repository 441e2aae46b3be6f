import { readFileSync } from "node:fs";
import { join } from "node:path";
import { groupVersion } from "../../src/object/kube-object.ts";
import type { TypeRecord } from "../../src/schema/table.ts";

const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/**
 * Texts of table columns, by group version and resource, then column. A column that is named like a member of the
 * object, its spec or its status has that member's text; others say what they are.
 */
export function columnTexts(
  data: string,
  types: Readonly<Record<string, TypeRecord>>,
  described: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Record<string, Record<string, string>> {
  const columns = JSON.parse(readFileSync(join(data, "columns.json"), "utf8")) as Record<string, { name: string }[]>;
  const resources = JSON.parse(readFileSync(join(data, "resources.json"), "utf8")) as {
    group: string;
    version: string;
    resource: string;
    kind: string;
  }[];
  const { kinds } = JSON.parse(readFileSync(join(data, "types.json"), "utf8")) as { kinds: Record<string, string> };
  const texts: Record<string, Record<string, string>> = {};
  for (const { group, version, resource, kind } of resources) {
    const place = groupVersion(group, version);
    const definition = kinds[`${place}/${kind}`];
    const places = [definition, `${definition}Spec`, `${definition}Status`].filter((place) => place !== undefined);
    const known: Record<string, string> = {};
    for (const { name } of columns[`${place}/${resource}`] ?? []) {
      known[name] =
        name === "Age"
          ? (described[meta]?.["creationTimestamp"] ?? fallback(name, kind))
          : (memberText(name, places) ?? fallback(name, kind));
    }
    texts[`${place}/${resource}`] = known;
  }
  return texts;

  function memberText(column: string, places: readonly string[]): string | undefined {
    const wanted = column.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
    for (const place of [meta, ...places]) {
      // A struct's text says what the struct is, not what a cell shows of it.
      const member = Object.entries(types[place]?.fields ?? {}).find(
        ([name, { type }]) => name.toLowerCase() === wanted && !type.includes("."),
      )?.[0];
      const text = member === undefined ? undefined : described[place]?.[member];
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

function fallback(column: string, kind: string): string {
  return `${column} of the ${kind}.`;
}
