import type { ResourceDefinition, ServedVersion } from "./definition.ts";

/** A resource as one group version serves it. */
export interface ServedResource {
  readonly definition: ResourceDefinition;
  readonly served: ServedVersion;
}

/**
 * All kinds that the server serves, found by what stands in a URL. Built-in kinds are there from the start; custom
 * resources come and go, and whoever made something from the definitions asks `generation` whether it still holds.
 */
export class Definitions {
  readonly #byResource = new Map<string, ServedResource>();
  readonly #byStored = new Map<string, ResourceDefinition>();
  readonly #all = new Set<ResourceDefinition>();
  /** How many resources each served group has. */
  readonly #groups = new Map<string, { all: number; builtIn: number }>();
  #generation = 0;

  constructor(definitions: Iterable<ResourceDefinition> = []) {
    for (const definition of definitions) this.add(definition);
  }

  /** Rises with every change. */
  get generation(): number {
    return this.#generation;
  }

  all(): Iterable<ResourceDefinition> {
    return this.#all;
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.#byResource.get(`${group}/${version}/${plural}`);
  }

  /** The resource of a kind, in any version or the one named. */
  findKind(group: string, kind: string, version?: string): ServedResource | undefined {
    for (const definition of this.#all) {
      for (const served of definition.served) {
        if (served.group === group && served.kind === kind && (version === undefined || served.version === version))
          return { definition, served };
      }
    }
    return undefined;
  }

  /** Whether a path's group is one that the server knows: the core group under /api, the others under /apis. */
  hasGroup(group: string, apiPrefix: string): boolean {
    return (apiPrefix === "api") === (group === "") && this.#groups.has(group);
  }

  /** Whether all of a group's resources are custom ones. */
  isCustomGroup(group: string): boolean {
    return (this.#groups.get(group)?.builtIn ?? 0) === 0;
  }

  /** The resource that is stored in a group under a plural name. */
  ofResource(group: string, plural: string): ResourceDefinition | undefined {
    return this.#byStored.get(`${group}/${plural}`);
  }

  add(definition: ResourceDefinition): void {
    this.#byStored.set(`${definition.group}/${definition.plural}`, definition);
    this.#all.add(definition);
    this.#count(definition, 1);
    for (const served of definition.served)
      this.#byResource.set(`${served.group}/${served.version}/${definition.plural}`, { definition, served });
    this.#generation++;
  }

  remove(definition: ResourceDefinition): void {
    if (!this.#all.delete(definition)) return;
    this.#count(definition, -1);
    const stored = `${definition.group}/${definition.plural}`;
    if (this.#byStored.get(stored) === definition) this.#byStored.delete(stored);
    for (const served of definition.served) {
      const key = `${served.group}/${served.version}/${definition.plural}`;
      if (this.#byResource.get(key)?.definition === definition) this.#byResource.delete(key);
    }
    this.#generation++;
  }

  #count({ served, custom }: ResourceDefinition, change: 1 | -1): void {
    for (const group of new Set(served.map((one) => one.group))) {
      const counts = this.#groups.get(group) ?? { all: 0, builtIn: 0 };
      counts.all += change;
      if (custom !== true) counts.builtIn += change;
      if (counts.all === 0) this.#groups.delete(group);
      else this.#groups.set(group, counts);
    }
  }
}
