import type { Facts } from "./facts.ts";

interface TableFacts {
  readonly live?: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly format: string; readonly priority: number }[];
}

/** Columns of `kubectl get` by group version and resource, for resources that are served by default. */
export function columnsTable(facts: Facts, served: ReadonlySet<string>): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [resource, table] of Object.entries(facts.read<Record<string, TableFacts>>("tables.json"))) {
    if (resource.startsWith("#") || !served.has(resource)) continue;
    columns[resource] = table.columns.map(({ name, type, format, priority }) => ({
      name,
      type,
      ...(format !== "" && { format }),
      ...(priority !== 0 && { priority }),
    }));
  }
  return columns;
}
