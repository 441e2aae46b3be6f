import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadonlyJsonObject } from "../object/json.ts";
import type { Verb } from "./definition.ts";

/** A resource in one group version, as the generated table `resources.json` has it. */
export interface ResourceRow {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** The group version of what is stored; it need not be served. */
  readonly storageVersion?: string;
  readonly storageVersionHash?: string;
  readonly storageTTLSeconds?: number;
  readonly keyPrefix?: string;
  /** In which form kube-apiserver stores it unless it is told otherwise. */
  readonly encoding?: "json" | "protobuf";
  readonly allowCreateOnUpdate?: boolean;
  readonly allowUnconditionalUpdate?: boolean;
  readonly defaultGCPolicy?: string;
  readonly returnDeletedObject?: boolean;
  readonly generationSetOnCreate?: boolean;
  /** Top-level fields (or dotted paths) whose change raises the generation. */
  readonly generationBumpedBy?: readonly string[];
  readonly statusResetOnCreate?: boolean;
  /** Paths that an update leaves as they are. */
  readonly onUpdateKeepsOld?: readonly string[];
  readonly resetFields?: Readonly<Record<string, ReadonlyJsonObject>>;
  readonly subresources?: readonly SubresourceRow[];
}

/** What lies below a resource. */
export interface SubresourceRow {
  readonly name: string;
  readonly verbs: readonly Verb[];
  readonly kind: string;
  /** "": the parent's. */
  readonly kindGroupVersion: string;
  readonly connectMethods?: readonly string[];
  readonly allowUnconditionalUpdate?: boolean;
  readonly onUpdateKeepsOld?: readonly string[];
  readonly resetFields?: Readonly<Record<string, ReadonlyJsonObject>>;
}

/** A column of a table. */
export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly priority?: number;
}

/** The field selectors of a resource. */
export interface FieldSelectorRow {
  readonly supported: readonly string[];
  /** Accepted, and empty on every object. */
  readonly alwaysEmpty?: readonly string[];
  /** The refusal of the label "zz". */
  readonly unknownLabelError: string;
}

/** The generated tables that make the built-in kinds. */
export interface ResourceTables {
  readonly resources: readonly ResourceRow[];
  /** By apiVersion/plural. */
  readonly columns: Readonly<Record<string, readonly ColumnRow[]>>;
  readonly fieldSelectors: Readonly<Record<string, FieldSelectorRow>>;
}

/** Reads them from a release's data directory. */
export function loadResourceTables(directory: string): ResourceTables {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(directory, name), "utf8"));
  return {
    resources: read("resources.json") as ResourceTables["resources"],
    columns: read("columns.json") as ResourceTables["columns"],
    fieldSelectors: read("fieldselectors.json") as ResourceTables["fieldSelectors"],
  };
}
