import type { ReadonlyJsonObject } from "../object/json.ts";
import { stringIn, stringsIn } from "../object/read.ts";

/** The names that the definitions of one group have got, by which others ask whether one is free. */
export class NamesInUse {
  readonly #resources = new Map<string, Set<string>>();
  readonly #kinds = new Map<string, Set<string>>();
  readonly #byOwner = new Map<string, { readonly resources: readonly string[]; readonly kinds: readonly string[] }>();

  /** Notes what a definition has got (status.acceptedNames) instead of what it had before. */
  take(owner: string, accepted: ReadonlyJsonObject): void {
    this.release(owner);
    const resources = [stringIn(accepted, "plural"), stringIn(accepted, "singular"), ...stringsIn(accepted, "shortNames")];
    const kinds = [stringIn(accepted, "kind"), stringIn(accepted, "listKind")];
    this.#byOwner.set(owner, { resources, kinds });
    for (const name of resources) add(this.#resources, name, owner);
    for (const name of kinds) add(this.#kinds, name, owner);
  }

  /** A definition is gone, and its names are free. */
  release(owner: string): void {
    const names = this.#byOwner.get(owner);
    if (names === undefined) return;
    this.#byOwner.delete(owner);
    for (const name of names.resources) remove(this.#resources, name, owner);
    for (const name of names.kinds) remove(this.#kinds, name, owner);
  }

  /** Whether anybody but the one who asks has a plural, singular or short name. */
  hasResource(name: string, asking: string): boolean {
    return hasOther(this.#resources.get(name), asking);
  }

  /** The same for kinds and kinds of lists. */
  hasKind(name: string, asking: string): boolean {
    return hasOther(this.#kinds.get(name), asking);
  }
}

function add(names: Map<string, Set<string>>, name: string, owner: string): void {
  if (name === "") return;
  const owners = names.get(name);
  if (owners === undefined) names.set(name, new Set([owner]));
  else owners.add(owner);
}

function remove(names: Map<string, Set<string>>, name: string, owner: string): void {
  const owners = names.get(name);
  owners?.delete(owner);
  if (owners?.size === 0) names.delete(name);
}

function hasOther(owners: ReadonlySet<string> | undefined, asking: string): boolean {
  return owners !== undefined && owners.size > (owners.has(asking) ? 1 : 0);
}
