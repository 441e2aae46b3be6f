import type { KubeObject } from "../object/kube-object.ts";
import type { ObjectSchema } from "../schema/schema.ts";

/** How the values of one built-in resource lie in the store. */
export interface StoredForm {
  readonly kind: string;
  /** The group version in which its records are: the hub's. */
  readonly apiVersion: string;
  /** The group version that stands in values; its fields are the hub's. */
  readonly storedVersion: string;
  /** JSON whatever the server's own form is. */
  readonly alwaysJson: boolean;
  readonly schema: ObjectSchema;
  /** Brings an object of another version into the hub's form; undefined for a version that nobody knows. */
  readonly toHub: (object: KubeObject) => KubeObject | undefined;
}

/** How values begin that are JSON of this kind in a version. */
export function jsonHead({ kind }: StoredForm, apiVersion: string): Buffer {
  return Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`);
}

/** The forms of values, by where they lie. */
export class StoredForms {
  readonly #byPrefix = new Map<string, StoredForm>();
  readonly #mostParts: number;

  /** `forms`: by the prefix of their keys, ending in a slash. */
  constructor(forms: Iterable<readonly [string, StoredForm]>) {
    this.#byPrefix = new Map(forms);
    this.#mostParts = Math.max(0, ...[...this.#byPrefix.keys()].map((prefix) => prefix.split("/").length - 1));
  }

  /** The form of the value at a key; undefined where something else lies there, such as custom resources. */
  of(key: string): StoredForm | undefined {
    let end = -1;
    for (let part = 0; part < this.#mostParts; part++) {
      end = key.indexOf("/", end + 1);
      if (end < 0) return undefined;
      const form = part < 2 ? undefined : this.#byPrefix.get(key.slice(0, end + 1));
      if (form !== undefined) return form;
    }
    return undefined;
  }
}
