import type { AuthorizationAttributes } from "../authorizer.ts";
import { describeRule, names, resourceMatches, ruleAllows, urlCovers, type CompiledRule } from "./policy-rule.ts";
import type { Grant, RbacIndex } from "./rbac-index.ts";

/** Why RBAC allows something, or what came nearest to allowing it. */
interface Explanation {
  readonly allowed: boolean;
  /** Sentences without full stops, the most telling first. */
  readonly lines: readonly string[];
}

/** How many near misses are told of, and how much a rule may lack to be one. */
const MOST_LINES = 3;
const MOST_LACKING = 2;

/** Explains a decision of RBAC: the rule of the binding that allows it, or the rules that lack least. */
export function explainAccess(index: RbacIndex, asked: AuthorizationAttributes): Explanation {
  const missed: { readonly text: string; readonly lacking: number }[] = [];
  let allowed: string | undefined;
  index.visitEverywhere(asked.user, (grant, rules) => {
    if (rules === undefined) {
      missed.push({ text: `${grant.text}: there is no such role`, lacking: MOST_LACKING });
      return true;
    }
    for (const rule of rules) {
      const lacking = lacks(rule, grant, asked);
      if (lacking?.length === 0) {
        allowed = `allowed by ${grant.text}, by its rule ${describeRule(rule.rule)}`;
        return false;
      }
      if (lacking !== undefined && lacking.length <= MOST_LACKING)
        missed.push({
          text: `${grant.text} has the rule ${describeRule(rule.rule)}, which lacks ${lacking.join(" and ")}`,
          lacking: lacking.length,
        });
    }
    return true;
  });
  if (allowed !== undefined) return { allowed: true, lines: [allowed] };
  missed.sort((a, b) => a.lacking - b.lacking);
  const { name, groups } = asked.user;
  const nobody = `no role that is bound to ${JSON.stringify(name)} or to one of ${JSON.stringify(groups)} comes near`;
  return { allowed: false, lines: missed.length === 0 ? [nobody] : missed.slice(0, MOST_LINES).map(({ text }) => text) };
}

/** What a rule would need to have besides; undefined where it is about something else altogether. */
function lacks(compiled: CompiledRule, grant: Grant, asked: AuthorizationAttributes): string[] | undefined {
  const inPlace = grant.bindingNamespace === "" || (asked.isResourceRequest && grant.bindingNamespace === asked.namespace);
  if (inPlace && ruleAllows(compiled, asked)) return [];
  const lacking: string[] = [];
  const { rule } = compiled;
  if (!names(compiled.verbs, asked.verb)) lacking.push(`the verb ${JSON.stringify(asked.verb)}`);
  if (!asked.isResourceRequest) {
    if (rule.nonResourceURLs.length === 0) return undefined;
    if (!rule.nonResourceURLs.some((url) => urlCovers(url, asked.path))) lacking.push(`the path ${JSON.stringify(asked.path)}`);
    if (!inPlace) lacking.push("a ClusterRoleBinding, since paths are in no namespace");
    return lacking;
  }
  if (rule.resources.length === 0) return undefined;
  const resource = asked.subresource === "" ? asked.resource : `${asked.resource}/${asked.subresource}`;
  if (!names(compiled.apiGroups, asked.apiGroup)) lacking.push(`the API group ${JSON.stringify(asked.apiGroup)}`);
  if (!resourceMatches(compiled.resources, asked)) lacking.push(`the resource ${JSON.stringify(resource)}`);
  if (compiled.resourceNames.size > 0 && !compiled.resourceNames.has(asked.name))
    lacking.push(asked.name === "" ? "any object but those that it names" : `the name ${JSON.stringify(asked.name)}`);
  if (!inPlace) lacking.push(asked.namespace === "" ? "a ClusterRoleBinding" : `the namespace ${JSON.stringify(asked.namespace)}`);
  return lacking;
}
