import { existsSync, readFileSync } from "node:fs";

/** What types, members and table columns mean, for OpenAPI documents and tables. */
export interface Descriptions {
  /** The text of a type, or of one of its members; undefined where there is none. */
  of(definition: string, member?: string): string | undefined;
  /** The text of a column; `resource` is "apps/v1/deployments". */
  ofColumn(resource: string, column: string): string | undefined;
}

interface DescriptionsFile {
  readonly types: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * The descriptions that the build made from an installed package (dist/kubernetes-v1.36/descriptions.json). The file is
 * read on first use: most servers are never asked. Without the file there are no descriptions.
 */
export function loadDescriptions(file: string | URL): Descriptions {
  let loaded: DescriptionsFile | undefined;
  const texts = () => {
    loaded ??= existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as DescriptionsFile) : { types: {}, columns: {} };
    return loaded;
  };
  return {
    of: (definition, member = "") => texts().types[definition]?.[member],
    ofColumn: (resource, column) => texts().columns[resource]?.[column],
  };
}
