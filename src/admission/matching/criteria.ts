import {
  labelSelectorFromObject,
  isEverything,
  matchesLabels,
  selectsEverything,
  type LabelSelector,
} from "../../object/label-selector.ts";
import { isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import { objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import type { Subject } from "./subject.ts";
import type { RequestVersion } from "./versions.ts";

/** One rule of a webhook, policy or binding, ready to be compared (admissionregistration/v1 NamedRuleWithOperations). */
interface Rule {
  readonly operations: readonly string[];
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly resources: readonly { readonly plural: string; readonly subresource: string }[];
  readonly scope: string;
  /** Empty: any. */
  readonly names: readonly string[];
}

/** Which requests something is for (admissionregistration/v1 MatchResources). */
export interface Criteria {
  /** Without rules everything matches. */
  readonly rules: readonly Rule[];
  readonly exclude: readonly Rule[];
  /** The rules mean the other versions of a resource too. */
  readonly equivalent: boolean;
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
}

/** Reads MatchResources. */
export function criteriaOf(resources: ReadonlyJsonObject): Criteria {
  return { ...selectorsOf(resources), rules: rulesOf(resources, "resourceRules"), exclude: rulesOf(resources, "excludeResourceRules") };
}

/** Reads the matching members of a webhook, which without rules is for nothing. */
export function webhookCriteria(webhook: ReadonlyJsonObject): Criteria {
  return { ...selectorsOf(webhook), rules: rulesOf(webhook, "rules"), exclude: [] };
}

function selectorsOf(from: ReadonlyJsonObject): Pick<Criteria, "equivalent" | "namespaceSelector" | "objectSelector"> {
  return {
    equivalent: stringIn(from, "matchPolicy") === "Equivalent",
    namespaceSelector: selectorIn(from, "namespaceSelector"),
    objectSelector: selectorIn(from, "objectSelector"),
  };
}

/** Defaulting has filled in the selectors; an absent one selects everything all the same. */
function selectorIn(from: ReadonlyJsonObject, name: string): LabelSelector {
  const selector = from[name];
  return isObject(selector) ? labelSelectorFromObject(selector) : selectsEverything;
}

function rulesOf(from: ReadonlyJsonObject, name: string): Rule[] {
  return objectsIn(from, name).map((rule) => ({
    operations: stringsIn(rule, "operations"),
    groups: stringsIn(rule, "apiGroups"),
    versions: stringsIn(rule, "apiVersions"),
    resources: stringsIn(rule, "resources").map((text) => {
      const cut = text.indexOf("/");
      return cut < 0 ? { plural: text, subresource: "" } : { plural: text.slice(0, cut), subresource: text.slice(cut + 1) };
    }),
    scope: stringIn(rule, "scope") || "*",
    names: stringsIn(rule, "resourceNames"),
  }));
}

/**
 * The version in which a request matches by its rules: its own, else the first equivalent one that a rule names.
 * Undefined: it does not match, or is excluded.
 */
export function matchingVersion(criteria: Criteria, subject: Subject): RequestVersion | undefined {
  if (criteria.exclude.length > 0 && matchRules(criteria.exclude, criteria.equivalent, subject) !== undefined) return undefined;
  return criteria.rules.length === 0 ? subject.version : matchRules(criteria.rules, criteria.equivalent, subject);
}

/** Whether the selectors take the request. Errors: StatusError 404 where its namespace does not exist. */
export async function isSelected({ namespaceSelector, objectSelector }: Criteria, subject: Subject): Promise<boolean> {
  const { object, oldObject } = subject.attributes;
  if (!isEverything(objectSelector)) {
    // The options of a connection have no metadata: no selector takes them.
    const selected = [object, oldObject].some((one) => isObject(one?.["metadata"]) && matchesLabels(objectSelector, one.metadata.labels));
    if (!selected) return false;
  }
  // What lies in no namespace is never exempt by a selector of namespaces.
  if (isEverything(namespaceSelector) || (subject.namespace === "" && !subject.isNamespace)) return true;
  return matchesLabels(namespaceSelector, await subject.namespaceLabels());
}

function matchRules(rules: readonly Rule[], equivalent: boolean, subject: Subject): RequestVersion | undefined {
  if (rules.some((rule) => meets(rule, subject, subject.version))) return subject.version;
  if (!equivalent) return undefined;
  for (const rule of rules) {
    const found = subject.equivalents.find((version) => meets(rule, subject, version));
    if (found !== undefined) return found;
  }
  return undefined;
}

function meets(rule: Rule, subject: Subject, { resource }: RequestVersion): boolean {
  const { operation, subresource, name } = subject.attributes;
  return (
    isNamed(rule.operations, operation) &&
    isNamed(rule.groups, resource.group) &&
    isNamed(rule.versions, resource.version) &&
    rule.resources.some(
      (one) => (one.plural === "*" || one.plural === resource.resource) && (one.subresource === "*" || one.subresource === subresource),
    ) &&
    hasScope(rule.scope, subject) &&
    (rule.names.length === 0 || rule.names.includes(name))
  );
}

function isNamed(list: readonly string[], value: string): boolean {
  return list.includes("*") || list.includes(value);
}

/** Namespaces lie in no namespace, although requests about them bear one. */
function hasScope(scope: string, subject: Subject): boolean {
  if (scope === "*") return true;
  const clustered = subject.isNamespace || subject.namespace === "";
  return scope === "Cluster" ? clustered : !clustered;
}
