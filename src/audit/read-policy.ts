import { parseYaml } from "../codec/yaml-read.ts";
import { isObject, type JsonObject, type JsonValue } from "../object/json.ts";
import { quoteText } from "../object/quote.ts";
import type { AuditStage } from "../request/audit-stage.ts";
import { LEVELS, STAGES, type AuditLevel, type GroupResources, type Policy, type PolicyRule } from "./policy.ts";

/** Rules of one policy: each request is compared with all of them. */
const MAX_RULES = 1000;

/**
 * Reads the file of --audit-policy-file. Errors: Error that says where and what is wrong (all of what is, in one go), or
 * YamlError.
 */
export function readPolicy(text: string): Policy {
  const faults: string[] = [];
  const { value, duplicates } = parseYaml(text);
  if (duplicates !== undefined) faults.push(duplicates);
  const root = new Reader(value, "", faults);
  const apiVersion = root.text("apiVersion");
  const kind = root.text("kind");
  if (apiVersion !== "audit.k8s.io/v1" || kind !== "Policy")
    throw new Error(`it is apiVersion ${quoteText(apiVersion)} kind ${quoteText(kind)}, and must be "audit.k8s.io/v1" "Policy"`);
  root.skip("metadata");
  const omitStages = stagesOf(root);
  const omitManagedFields = root.flag("omitManagedFields") ?? false;
  const rules = root.objects("rules").map((rule) => ruleOf(rule, omitStages, omitManagedFields));
  root.done();
  if (faults.length > 0) throw new Error(faults.join("; "));
  if (rules.length === 0) throw new Error("it has no rules, so nothing would ever be audited");
  if (rules.length > MAX_RULES) throw new Error(`it has ${rules.length} rules, and ${MAX_RULES} is the most`);
  return { rules };
}

function ruleOf(rule: Reader, policyStages: readonly AuditStage[], policyOmits: boolean): PolicyRule {
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
  const read: PolicyRule = {
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
  rule.done();
  return read;
}

function resourcesOf(reader: Reader): GroupResources {
  const group = reader.text("group");
  if (group !== "" && group !== "*" && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(group))
    reader.fault("group", `${quoteText(group)} is not the name of a group, as "apps" is; a version does not belong to it`);
  const resources = reader.texts("resources");
  const resourceNames = reader.texts("resourceNames");
  if (resourceNames.length > 0 && resources.length === 0)
    reader.fault("resourceNames", "using resourceNames requires at least one resource");
  reader.done();
  return { group, resources, resourceNames };
}

function stagesOf(reader: Reader): readonly AuditStage[] {
  return reader.texts("omitStages").filter((stage): stage is AuditStage => {
    const known = STAGES.includes(stage as AuditStage);
    if (!known) reader.fault("omitStages", `${quoteText(stage)} is not one of ${STAGES.join(", ")}`);
    return known;
  });
}

/** Reads the members of one object and knows which were not asked for. */
class Reader {
  readonly #value: JsonObject;
  readonly #path: string;
  readonly #faults: string[];
  readonly #asked = new Set<string>();

  constructor(value: JsonValue | undefined, path: string, faults: string[]) {
    this.#path = path;
    this.#faults = faults;
    this.#value = isObject(value) ? value : {};
    if (!isObject(value)) faults.push(`${path === "" ? "the file" : path} must be an object`);
  }

  fault(member: string, what: string): void {
    this.#faults.push(`${this.#at(member)}: ${what}`);
  }

  skip(member: string): void {
    this.#asked.add(member);
  }

  text(member: string): string {
    const value = this.#get(member);
    if (value === undefined || typeof value === "string") return value ?? "";
    this.fault(member, "must be a string");
    return "";
  }

  flag(member: string): boolean | undefined {
    const value = this.#get(member);
    if (value === undefined || typeof value === "boolean") return value;
    this.fault(member, "must be true or false");
    return undefined;
  }

  texts(member: string): readonly string[] {
    return this.#list(member).filter((item): item is string => {
      if (typeof item !== "string") this.fault(member, "must be a list of strings");
      return typeof item === "string";
    });
  }

  objects(member: string): readonly Reader[] {
    return this.#list(member).map((item, index) => new Reader(item, `${this.#at(member)}[${index}]`, this.#faults));
  }

  /** All members have been read: others are faults, since a mistyped one would make a rule wider than it was meant. */
  done(): void {
    for (const member of Object.keys(this.#value)) if (!this.#asked.has(member)) this.#faults.push(`unknown field ${this.#at(member)}`);
  }

  #list(member: string): readonly JsonValue[] {
    const value = this.#get(member);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.fault(member, "must be a list");
    return [];
  }

  #get(member: string): JsonValue | undefined {
    this.#asked.add(member);
    return Object.hasOwn(this.#value, member) ? (this.#value[member] ?? undefined) : undefined;
  }

  #at(member: string): string {
    return this.#path === "" ? member : `${this.#path}.${member}`;
  }
}
