import type { ReadonlyJson } from "../object/json.ts";
import type { Union } from "./schema.ts";

/** `types.json`: every built-in type, as the generator wrote it. */
export interface TypesFile {
  /** "apps/v1/Deployment" → definition name. */
  readonly kinds: Readonly<Record<string, string>>;
  /** Definition name → type. */
  readonly types: Readonly<Record<string, TypeRecord>>;
}

/** One type: its members by name. */
export interface TypeRecord {
  readonly atomic?: boolean;
  readonly unions?: readonly Union[];
  readonly fields: Readonly<Record<string, FieldRecord>>;
}

/** One member of a type. */
export interface FieldRecord {
  /** A scalar's name, an untyped thing's, a definition's; behind [] a list of it, behind {} a map to it. */
  readonly type: string;
  readonly required?: boolean;
  readonly default?: ReadonlyJson;
  readonly zero?: ReadonlyJson;
  /** A zero that OpenAPI gives as default of a member whose zero is dropped: it is in documents only. */
  readonly documentedDefault?: ReadonlyJson;
  readonly omitEmpty?: boolean;
  readonly listType?: "atomic" | "set" | "map";
  readonly keys?: readonly string[];
  /** Where the field says otherwise than its type: owned as a whole (true) or member by member (false). */
  readonly atomic?: boolean;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly goType?: string;
  readonly embedded?: string;
  /** Field number; behind the numbers of the embedded messages on the way, where there are any. */
  readonly proto?: number | readonly number[];
}
