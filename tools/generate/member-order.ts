import type { FieldRecord, TypeRecord } from "../../src/schema/table.ts";
import type { Facts } from "./facts.ts";
import type { TypesTable } from "./types.ts";

const SAMPLES = "samples/HEAD";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Puts the members of every type in the order in which the original declares them, since it writes them so: messages that
 * show a whole object depend on it. The samples, which hold every member, tell it; a member that none has comes last.
 */
export function orderMembers({ kinds, types }: TypesTable, facts: Facts): void {
  const seen = new Map<string, string[]>();
  for (const file of facts.list(SAMPLES).filter((name) => name.endsWith(".json"))) {
    const sample = facts.read<{ readonly apiVersion?: string; readonly kind?: string }>(`${SAMPLES}/${file}`);
    const name = kinds[`${sample.apiVersion}/${sample.kind}`];
    if (name !== undefined) note(sample as Json, name, types, seen);
  }
  for (const [name, order] of seen) {
    const type = types[name];
    if (type === undefined) continue;
    const place = (member: string): number => (order.includes(member) ? order.indexOf(member) : order.length);
    const fields = Object.fromEntries(Object.entries(type.fields).sort(([a], [b]) => place(a) - place(b)));
    types[name] = { ...type, fields };
  }
}

function note(value: Json, name: string, types: Readonly<Record<string, TypeRecord>>, seen: Map<string, string[]>): void {
  const type = types[name];
  if (type === undefined || typeof value !== "object" || value === null || Array.isArray(value)) return;
  const members = Object.entries(value as { readonly [key: string]: Json });
  const known = seen.get(name) ?? [];
  // Kinds within a list item or a template lack apiVersion and kind; the fullest sample of a type tells the order.
  if (members.length > known.length)
    seen.set(
      name,
      members.map(([member]) => member),
    );
  for (const [member, inner] of members) {
    const field = type.fields[member];
    if (field !== undefined) noteMember(inner, field, types, seen);
  }
}

function noteMember(value: Json, field: FieldRecord, types: Readonly<Record<string, TypeRecord>>, seen: Map<string, string[]>): void {
  const name = field.type.replace(/^(?:\[\]|\{\})+/, "");
  if (Array.isArray(value)) for (const item of value as readonly Json[]) noteMember(item, field, types, seen);
  else if (field.type.startsWith("{}") && typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) note(item, name, types, seen);
  } else note(value, name, types, seen);
}
