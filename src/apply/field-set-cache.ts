import type { JsonObject, ReadonlyJsonObject } from "../object/json.ts";
import type { Schema } from "../schema/schema.ts";
import type { FieldSet } from "./field-set.ts";
import { decodeFieldsV1, encodeFieldsV1 } from "./fields-v1.ts";
import { reconcileWithSchema } from "./schema-changes.ts";

/** How much FieldsV1 text a cache keeps the sets of. */
const defaultFieldSetCacheBytes = 8 << 20;

/**
 * Parsed field sets of lately written objects. Sets are known by their FieldsV1 text, so objects that were written alike
 * (the pods of one controller) share one set; least lately used ones go first. The registry owns one and hands it to
 * every write. Sets and trees that it gives out are shared and must not be changed.
 */
export class FieldSetCache {
  readonly #limit: number;
  readonly #byText = new Map<string, FieldSet>();
  readonly #byTree = new WeakMap<ReadonlyJsonObject, FieldSet>();
  readonly #trees = new WeakMap<FieldSet, JsonObject>();
  readonly #reconciled = new WeakMap<FieldSet, { readonly schema: Schema; readonly set: FieldSet }>();
  #bytes = 0;

  /** `limit`: bound on the texts that are kept, in UTF-16 units. */
  constructor(limit: number = defaultFieldSetCacheBytes) {
    this.#limit = limit;
  }

  /** Texts kept now, in UTF-16 units. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The set of a FieldsV1 tree that nobody changes any more. Errors: FieldsV1Error. */
  decode(tree: ReadonlyJsonObject): FieldSet {
    const known = this.#byTree.get(tree);
    if (known !== undefined) return known;
    const text = JSON.stringify(tree);
    let set = this.#byText.get(text);
    if (set === undefined) {
      set = decodeFieldsV1(tree);
    } else {
      this.#byText.delete(text);
      this.#bytes -= text.length;
    }
    this.#keep(text, set);
    this.#byTree.set(tree, set);
    return set;
  }

  /** The FieldsV1 tree of a set. */
  encode(set: FieldSet): JsonObject {
    let tree = this.#trees.get(set);
    if (tree === undefined) {
      tree = encodeFieldsV1(set);
      // Known by its tree from now on; by its text only once somebody reads that from a stored object.
      this.#trees.set(set, tree);
      this.#byTree.set(tree, set);
    }
    return tree;
  }

  /** A set as today's type sees it (`reconcileWithSchema`). */
  reconcile(set: FieldSet, schema: Schema): FieldSet {
    const known = this.#reconciled.get(set);
    if (known?.schema === schema) return known.set;
    const reconciled = reconcileWithSchema(set, schema);
    this.#reconciled.set(set, { schema, set: reconciled });
    return reconciled;
  }

  #keep(text: string, set: FieldSet): void {
    if (text.length > this.#limit >> 4) return;
    if (!this.#byText.has(text)) this.#bytes += text.length;
    this.#byText.set(text, set);
    for (const oldest of this.#byText.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#byText.delete(oldest);
      this.#bytes -= oldest.length;
    }
  }
}
