import { ConfigurationError, readConfigurationFile, type ConfigurationReader } from "../codec/configuration-file.ts";
import { quoteText } from "../object/quote.ts";
import type { AuditStage } from "../request/audit-stage.ts";
import { LEVELS, STAGES, type AuditLevel, type GroupResources, type Policy, type PolicyRule } from "./policy.ts";

/** Rules of one policy: each request is compared with all of them. */
const MAX_RULES = 1000;

const TYPE = { kind: "Policy", apiVersions: ["audit.k8s.io/v1"] };

/** Reads the file of --audit-policy-file. Errors: ConfigurationError that says where and what is wrong, all of it in one go. */
export function readPolicy(text: string): Policy {
  return readConfigurationFile(text, TYPE, (root) => {
    root.raw("metadata");
    const omitStages = stagesOf(root);
    const omitManagedFields = root.flag("omitManagedFields") ?? false;
    const rules = root.objects("rules").map((rule) => ruleOf(rule, omitStages, omitManagedFields));
    if (rules.length === 0) throw new ConfigurationError("it has no rules, so nothing would ever be audited");
    if (rules.length > MAX_RULES) root.fault("rules", `there are ${rules.length}, and ${MAX_RULES} is the most`);
    return { rules };
  });
}

function ruleOf(rule: ConfigurationReader, policyStages: readonly AuditStage[], policyOmits: boolean): PolicyRule {
  const level = rule.text("level");
  if (level === "") rule.fault("level", "is required");
  else if (!LEVELS.includes(level as AuditLevel)) rule.fault("level", `${quoteText(level)} is not one of ${LEVELS.join(", ")}`);
  const nonResourceURLs = rule.texts("nonResourceURLs");
  const resources = rule.objects("resources").map(resourcesOf);
  const namespaces = rule.texts("namespaces");
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0))
    rule.fault("nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs");
  for (const url of nonResourceURLs) {
    if (url === "*") continue;
    if (!url.startsWith("/")) rule.fault("nonResourceURLs", `${quoteText(url)} must begin with a '/' character`);
    if (url.slice(0, -1).includes("*")) rule.fault("nonResourceURLs", `${quoteText(url)} can have a '*' only as its last character`);
  }
  return {
    level: level as AuditLevel,
    users: new Set(rule.texts("users")),
    userGroups: new Set(rule.texts("userGroups")),
    verbs: new Set(rule.texts("verbs")),
    resources,
    namespaces: new Set(namespaces),
    nonResourceURLs,
    omitStages: new Set([...policyStages, ...stagesOf(rule)]),
    omitManagedFields: rule.flag("omitManagedFields") ?? policyOmits,
  };
}

function resourcesOf(reader: ConfigurationReader): GroupResources {
  const group = reader.text("group");
  if (group !== "" && group !== "*" && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(group))
    reader.fault("group", `${quoteText(group)} is not the name of a group, as "apps" is; a version does not belong to it`);
  const resources = reader.texts("resources");
  const resourceNames = reader.texts("resourceNames");
  if (resourceNames.length > 0 && resources.length === 0)
    reader.fault("resourceNames", "using resourceNames requires at least one resource");
  return { group, resources, resourceNames };
}

function stagesOf(reader: ConfigurationReader): readonly AuditStage[] {
  return reader.texts("omitStages").filter((stage): stage is AuditStage => {
    const known = STAGES.includes(stage as AuditStage);
    if (!known) reader.fault("omitStages", `${quoteText(stage)} is not one of ${STAGES.join(", ")}`);
    return known;
  });
}
