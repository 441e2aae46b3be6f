import type { Facts } from "./facts.ts";

interface SelectorFacts {
  readonly supported?: readonly string[];
  readonly acceptedButNeverMatchesNonEmpty?: readonly string[];
  readonly indexed?: readonly string[];
  readonly unknownLabelError?: string;
}

/** Field selector labels by group version and resource, and how an unknown one is refused. */
export function fieldSelectorsTable(facts: Facts, served: ReadonlySet<string>): Record<string, unknown> {
  const selectors: Record<string, unknown> = {};
  for (const [resource, row] of Object.entries(facts.read<Record<string, SelectorFacts>>("fieldselectors.json"))) {
    if (resource.startsWith("#") || !served.has(resource)) continue;
    selectors[resource] = {
      supported: row.supported ?? [],
      ...(row.acceptedButNeverMatchesNonEmpty?.length && { alwaysEmpty: row.acceptedButNeverMatchesNonEmpty }),
      ...(row.indexed?.length && { indexed: row.indexed }),
      ...(row.unknownLabelError && { unknownLabelError: row.unknownLabelError }),
    };
  }
  return selectors;
}
