import { goJson } from "../object/go-json.ts";
import type { KubeObject } from "../object/kube-object.ts";
import { badRequest, type StatusError } from "../object/status.ts";
import type { ReadonlyJson } from "../object/json.ts";
import type { Column } from "../resources/definition.ts";
import { listMetaJson, type ListMeta } from "./list-meta.ts";
import { partialMetadata, type MetaVersion } from "./partial-metadata.ts";
import { prepareCells, type PreparedCells } from "./table-cells.ts";

/** What a row carries beside its cells. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** Reads `includeObject` of the query; absent and empty mean Metadata. Errors: StatusError 400. */
export function includeObject(query: string | null): IncludeObject {
  if (query === null || query === "") return "Metadata";
  if (query === "None" || query === "Metadata" || query === "Object") return query;
  throw badInclude(query);
}

function badInclude(value: string): StatusError {
  return badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${goJson(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** What follows the rows. */
export const TABLE_FOOTER: Buffer = Buffer.from("]}\n");

/**
 * What stands before the rows of a Table. In a watch the columns are told with the first event alone: `columns`
 * undefined writes null.
 */
export function tableHeader(version: MetaVersion, meta: ListMeta, columns: readonly Column[] | undefined): Buffer {
  return Buffer.from(
    `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${listMetaJson(meta)},"columnDefinitions":${columnsJson(columns)},"rows":[`,
  );
}

function columnsJson(columns: readonly Column[] | undefined): string {
  if (columns === undefined) return "null";
  const told = columns.filter(({ untold }) => untold !== true);
  return JSON.stringify(told.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority })));
}

/** What all rows of a resource share. */
export interface RowRules {
  readonly columns: readonly Column[];
  readonly rowConditions?: ((object: KubeObject) => readonly ReadonlyJson[]) | undefined;
  /** Annotations that partial metadata is without. */
  readonly formAnnotations?: readonly string[] | undefined;
}

/** The row of one object version: made once, written as often as it is asked for. Holds no parsed object unless a cell needs one. */
export class TableRow {
  readonly #cells: PreparedCells;
  readonly #conditions: string;
  readonly #metadata = new Map<MetaVersion, Buffer>();
  readonly #formAnnotations: readonly string[] | undefined;

  /** `object`: the parsed version; it is never changed. */
  constructor(object: KubeObject, rules: RowRules, now: number) {
    this.#cells = prepareCells(object, rules.columns, now);
    this.#formAnnotations = rules.formAnnotations;
    const conditions = rules.rowConditions?.(object) ?? [];
    this.#conditions = conditions.length === 0 ? "" : `,"conditions":${goJson(conditions)}`;
  }

  /**
   * The row as JSON at a time (`now`, milliseconds since the epoch: cells show ages). `bytes`: the object's own JSON in
   * the version that was asked for.
   */
  write(now: number, include: IncludeObject, version: MetaVersion, bytes: Buffer): Buffer {
    const head = Buffer.from(`{"cells":[${this.#cells.write(now)}]${this.#conditions},"object":`);
    return Buffer.concat([head, this.#object(include, version, bytes), ROW_END]);
  }

  #object(include: IncludeObject, version: MetaVersion, bytes: Buffer): Buffer {
    if (include === "None") return NULL;
    if (include === "Object") return bytes;
    let metadata = this.#metadata.get(version);
    if (metadata === undefined) {
      metadata = partialMetadata(bytes, version, this.#formAnnotations);
      this.#metadata.set(version, metadata);
    }
    return metadata;
  }
}

const NULL = Buffer.from("null");
const ROW_END = Buffer.from("}");
