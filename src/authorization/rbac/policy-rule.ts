import type { ReadonlyJsonObject } from "../../object/json.ts";
import { stringsIn } from "../../object/read.ts";
import type { AuthorizationAttributes } from "../authorizer.ts";

/** A rule of a Role or ClusterRole: what it lets through (reference/access-authn-authz/rbac). */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** A rule as it is asked on every request. */
export interface CompiledRule {
  readonly rule: PolicyRule;
  readonly verbs: ReadonlySet<string>;
  readonly apiGroups: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly resourceNames: ReadonlySet<string>;
  readonly paths: readonly PathPattern[];
}

/** A path of a rule, and what paths start with that it covers, where it ends in `*`. */
export interface PathPattern {
  readonly text: string;
  readonly prefix: string | undefined;
}

const ALL = "*";

/** Lets every request about resources through. */
export const EVERYTHING: PolicyRule = { verbs: [ALL], apiGroups: [ALL], resources: [ALL], resourceNames: [], nonResourceURLs: [] };

/** Lets every request about other paths through. */
export const EVERY_PATH: PolicyRule = { verbs: [ALL], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [ALL] };

/** Reads a rule of a stored role. */
export function policyRule(rule: ReadonlyJsonObject): PolicyRule {
  return {
    verbs: stringsIn(rule, "verbs"),
    apiGroups: stringsIn(rule, "apiGroups"),
    resources: stringsIn(rule, "resources"),
    resourceNames: stringsIn(rule, "resourceNames"),
    nonResourceURLs: stringsIn(rule, "nonResourceURLs"),
  };
}

/** Makes a rule ready to be asked. */
export function compileRule(rule: PolicyRule): CompiledRule {
  return {
    rule,
    verbs: new Set(rule.verbs),
    apiGroups: new Set(rule.apiGroups),
    resources: new Set(rule.resources),
    resourceNames: new Set(rule.resourceNames),
    paths: rule.nonResourceURLs.map(pathPattern),
  };
}

/** Whether a rule lets a request through. */
export function ruleAllows(compiled: CompiledRule, asked: AuthorizationAttributes): boolean {
  if (!names(compiled.verbs, asked.verb)) return false;
  if (!asked.isResourceRequest) return compiled.paths.some((pattern) => patternCovers(pattern, asked.path));
  return (
    names(compiled.apiGroups, asked.apiGroup) &&
    resourceMatches(compiled.resources, asked) &&
    (compiled.resourceNames.size === 0 || compiled.resourceNames.has(asked.name))
  );
}

/** Whether a list of a rule names something, by itself or by `*`. */
export function names(list: ReadonlySet<string>, value: string): boolean {
  return list.has(value) || list.has(ALL);
}

/** Whether a rule's resources are those of a request: "pods", "pods/log", all by "*", one subresource of all by "*\/scale". */
export function resourceMatches(resources: ReadonlySet<string>, { resource, subresource }: AuthorizationAttributes): boolean {
  if (resources.has(ALL)) return true;
  if (subresource === "") return resources.has(resource);
  return resources.has(`${resource}/${subresource}`) || resources.has(`${ALL}/${subresource}`);
}

/** Whether a path of a rule, maybe ending in `*`, covers a path (of a request, or of another rule). */
export function urlCovers(pattern: string, path: string): boolean {
  return patternCovers(pathPattern(pattern), path);
}

/** The same of a pattern that is read already. */
export function patternCovers({ text, prefix }: PathPattern, path: string): boolean {
  return text === path || (prefix !== undefined && path.startsWith(prefix));
}

function pathPattern(text: string): PathPattern {
  let end = text.length;
  while (end > 0 && text[end - 1] === ALL) end--;
  return { text, prefix: end < text.length ? text.slice(0, end) : undefined };
}

/** A rule in the form in which the original prints one. */
export function describeRule(rule: PolicyRule): string {
  const parts = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ] as const;
  const shown = parts
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => `${name}:[${list.map((one) => JSON.stringify(one)).join(" ")}]`);
  return `{${shown.join(", ")}}`;
}
