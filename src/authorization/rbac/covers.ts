import { urlCovers, type PolicyRule } from "./policy-rule.ts";

/** More single permissions than this in one role are not compared one by one: nobody writes such a role by hand. */
const MAX_PERMISSIONS = 100_000;

/**
 * What `wanted` grants and `held` does not, as rules of one group, resource, name and verb each. Undefined where `wanted`
 * says too much to be compared.
 */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] | undefined {
  const missing: PolicyRule[] = [];
  let count = 0;
  for (const rule of wanted) {
    const size = permissionsOf(rule);
    if ((count += size) > MAX_PERMISSIONS) return undefined;
    // One rule that covers all of it is the usual case, and saves the taking apart.
    if (held.some((one) => covers(one, rule))) continue;
    const asked = single(rule);
    // Only rules that share a verb can help; most of what an administrator holds does not.
    const near = held.filter((one) => one.verbs.includes("*") || rule.verbs.some((verb) => one.verbs.includes(verb)));
    if (size * near.length > MAX_PERMISSIONS * 100) return undefined;
    for (const permission of asked) if (!near.some((one) => covers(one, permission))) missing.push(permission);
  }
  return missing;
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

/** Whether one rule grants all that another does. */
function covers(owner: PolicyRule, rule: PolicyRule): boolean {
  return (
    hasAll(owner.verbs, rule.verbs) &&
    hasAll(owner.apiGroups, rule.apiGroups) &&
    coversResources(owner.resources, rule.resources) &&
    coversNames(owner.resourceNames, rule.resourceNames) &&
    rule.nonResourceURLs.every((url) => owner.nonResourceURLs.some((pattern) => urlCovers(pattern, url)))
  );
}

/** `*` is all of them. */
function hasAll(owner: readonly string[], wanted: readonly string[]): boolean {
  return owner.includes("*") || wanted.every((one) => owner.includes(one));
}

function coversNames(owner: readonly string[], wanted: readonly string[]): boolean {
  if (owner.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => owner.includes(name));
}

/** "pods/log" is covered by itself, by `*` and by `*` of its subresource. */
function coversResources(owner: readonly string[], wanted: readonly string[]): boolean {
  if (hasAll(owner, wanted)) return true;
  return wanted.every((resource) => {
    const slash = resource.indexOf("/");
    return owner.includes(resource) || (slash >= 0 && owner.includes(`*${resource.slice(slash)}`));
  });
}
