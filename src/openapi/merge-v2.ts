import { equalJson, isObject, type ReadonlyJsonObject } from "../object/json.ts";
import { objectIn } from "../object/read.ts";
import { readParameter, readPathItem, readSchema, type Rename } from "./read-v2.ts";
import type { RemoteV2 } from "./remote-documents.ts";
import type { V2Document, V2Parameter, V2PathItem } from "./v2.ts";

const DEFINITIONS = "#/definitions/";
const PARAMETERS = "#/parameters/";

/** What a document is put together from, by name. */
interface Parts {
  readonly paths: Map<string, V2PathItem>;
  readonly definitions: Map<string, ReadonlyJsonObject>;
  readonly parameters: Map<string, V2Parameter>;
}

/**
 * One document of this server's own and those of others. Of each, the paths of its group version are taken with what they
 * refer to; what has the name of something else here gets another one.
 */
export function mergeV2(own: V2Document, remotes: readonly RemoteV2[]): V2Document {
  if (remotes.length === 0) return own;
  const parts: Parts = {
    paths: new Map(Object.entries(own.paths)),
    definitions: new Map(Object.entries(own.definitions)),
    parameters: new Map(Object.entries(own.parameters)),
  };
  for (const remote of remotes) take(remote, parts);
  return { ...own, paths: sorted(parts.paths), definitions: sorted(parts.definitions), parameters: sorted(parts.parameters) };
}

/** What a document says of its group version, and no more: all that need be kept of it. */
export function partOfV2(path: string, document: ReadonlyJsonObject): RemoteV2 {
  const parts: Parts = { paths: new Map(), definitions: new Map(), parameters: new Map() };
  take({ path, document }, parts);
  const part = {
    paths: Object.fromEntries(parts.paths),
    definitions: Object.fromEntries(parts.definitions),
    parameters: Object.fromEntries(parts.parameters),
  };
  return { path, document: part as unknown as ReadonlyJsonObject };
}

/** Takes the paths of a group version with what they refer to. */
function take({ path, document }: RemoteV2, into: Parts): void {
  const taken = new Taken(document, into);
  for (const [name, item] of Object.entries(objectIn(document, "paths")))
    if ((name === path || name.startsWith(`${path}/`)) && isObject(item)) into.paths.set(name, readPathItem(item, taken.rename));
  taken.finish();
}

/** What is taken out of one document: everything that is referred to, by the names that it gets. */
class Taken {
  readonly #document: ReadonlyJsonObject;
  readonly #definitions: Map<string, ReadonlyJsonObject>;
  readonly #parameters: Map<string, V2Parameter>;
  /** By reference in the document. */
  readonly #names = new Map<string, string>();
  readonly #open: { readonly reference: string; readonly name: string }[] = [];

  constructor(document: ReadonlyJsonObject, { definitions, parameters }: Parts) {
    this.#document = document;
    this.#definitions = definitions;
    this.#parameters = parameters;
  }

  readonly rename: Rename = (reference) => {
    const known = this.#names.get(reference);
    if (known !== undefined) return known;
    const prefix = reference.startsWith(PARAMETERS) ? PARAMETERS : DEFINITIONS;
    const wanted = reference.slice(reference.startsWith(prefix) ? prefix.length : 0);
    const there: ReadonlyMap<string, unknown> = prefix === PARAMETERS ? this.#parameters : this.#definitions;
    let name = wanted;
    for (let count = 2; there.has(name) && !this.#isSame(prefix, wanted, name); count++) name = `${wanted}_v${count}`;
    this.#names.set(reference, prefix + name);
    if (!there.has(name)) {
      // Held at once, so that no other takes it.
      if (prefix === PARAMETERS) this.#parameters.set(name, { $ref: "" });
      else this.#definitions.set(name, {});
      this.#open.push({ reference: prefix + wanted, name });
    }
    return prefix + name;
  };

  /** Takes what was referred to, and what that refers to. */
  finish(): void {
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      const { reference, name } = next;
      if (reference.startsWith(PARAMETERS)) {
        this.#parameters.set(name, readParameter(this.#found("parameters", reference.slice(PARAMETERS.length)), this.rename));
      } else {
        this.#definitions.set(name, readSchema(this.#found("definitions", reference.slice(DEFINITIONS.length)), this.rename));
      }
    }
  }

  /** Whether what has a name here is what the document means by its own. */
  #isSame(prefix: string, wanted: string, name: string): boolean {
    const same: Rename = (reference) => reference;
    if (prefix === PARAMETERS) {
      const own = readParameter(this.#found("parameters", wanted), same) as unknown as ReadonlyJsonObject;
      return equalJson(own, this.#parameters.get(name) as unknown as ReadonlyJsonObject);
    }
    const { description: _, ...own } = readSchema(this.#found("definitions", wanted), same);
    const { description: __, ...there } = this.#definitions.get(name) ?? {};
    return equalJson(own, there);
  }

  #found(kind: "definitions" | "parameters", name: string): ReadonlyJsonObject {
    const all = objectIn(this.#document, kind);
    return Object.hasOwn(all, name) && isObject(all[name]) ? all[name] : {};
  }
}

function sorted<T>(members: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
}
