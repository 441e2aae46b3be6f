import { compileRule, names, patternCovers, type CompiledRule, type PolicyRule } from "./policy-rule.ts";

/** More single permissions than this in one role are not compared one by one: nobody writes such a role by hand. */
const MAX_PERMISSIONS = 100_000;

/** So many looks at what is held are enough for any role that somebody wrote, and take no longer than a request may. */
const MAX_LOOKS = 2_000_000;

/**
 * What `wanted` grants and `held` does not, as rules of one group, resource, name and verb each. Undefined where there is
 * too much to be compared.
 */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] | undefined {
  const missing: PolicyRule[] = [];
  const holding = new Holding(held);
  let count = 0;
  for (const rule of wanted) {
    if ((count += permissionsOf(rule)) > MAX_PERMISSIONS) return undefined;
    // One rule that covers all of it is the usual case, and saves the taking apart.
    if (holding.covers(rule)) continue;
    for (const permission of single(rule)) {
      if (!holding.covers(permission)) missing.push(permission);
      if (holding.looks > MAX_LOOKS) return undefined;
    }
  }
  return missing;
}

/** What somebody holds, found by the group that is asked for, and how often was looked. */
class Holding {
  readonly #byGroup = new Map<string, CompiledRule[]>();
  readonly #ofPaths: CompiledRule[] = [];
  looks = 0;

  constructor(held: readonly PolicyRule[]) {
    for (const rule of held) {
      const compiled = compileRule(rule);
      for (const group of compiled.apiGroups) {
        const known = this.#byGroup.get(group);
        if (known === undefined) this.#byGroup.set(group, [compiled]);
        else known.push(compiled);
      }
      if (rule.nonResourceURLs.length > 0) this.#ofPaths.push(compiled);
    }
  }

  /** Whether one rule that is held grants all that another does. */
  covers(rule: PolicyRule): boolean {
    const [group] = rule.apiGroups;
    if (group === undefined) return this.#anyOf(this.#ofPaths, rule);
    return this.#anyOf(this.#byGroup.get(group) ?? [], rule) || (group !== "*" && this.#anyOf(this.#byGroup.get("*") ?? [], rule));
  }

  #anyOf(owners: readonly CompiledRule[], rule: PolicyRule): boolean {
    return owners.some((owner) => ++this.looks <= MAX_LOOKS && this.#grants(owner, rule));
  }

  #grants(owner: CompiledRule, rule: PolicyRule): boolean {
    return (
      this.#all(rule.verbs, (verb) => names(owner.verbs, verb)) &&
      this.#all(rule.apiGroups, (group) => names(owner.apiGroups, group)) &&
      this.#all(rule.resources, (resource) => coversResource(owner.resources, resource)) &&
      (owner.resourceNames.size === 0 ||
        (rule.resourceNames.length > 0 && this.#all(rule.resourceNames, (name) => owner.resourceNames.has(name)))) &&
      this.#all(rule.nonResourceURLs, (url) => owner.paths.some((pattern) => ++this.looks <= MAX_LOOKS && patternCovers(pattern, url)))
    );
  }

  #all(wanted: readonly string[], held: (one: string) => boolean): boolean {
    return wanted.every((one) => ++this.looks <= MAX_LOOKS && held(one));
  }
}

function permissionsOf({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): number {
  return (apiGroups.length * resources.length * Math.max(1, resourceNames.length) + nonResourceURLs.length) * verbs.length;
}

/** A rule taken apart. */
function* single(rule: PolicyRule): Iterable<PolicyRule> {
  for (const group of rule.apiGroups) {
    for (const resource of rule.resources) {
      for (const verb of rule.verbs) {
        const one = { verbs: [verb], apiGroups: [group], resources: [resource], nonResourceURLs: [] };
        if (rule.resourceNames.length === 0) yield { ...one, resourceNames: [] };
        for (const name of rule.resourceNames) yield { ...one, resourceNames: [name] };
      }
    }
  }
  for (const url of rule.nonResourceURLs) {
    for (const verb of rule.verbs) yield { verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] };
  }
}

/** "pods/log" is covered by itself, by `*` and by `*` of its subresource. */
function coversResource(held: ReadonlySet<string>, resource: string): boolean {
  const slash = resource.indexOf("/");
  return names(held, resource) || (slash >= 0 && held.has(`*${resource.slice(slash)}`));
}
