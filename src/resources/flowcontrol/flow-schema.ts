import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { equalJson, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dnsLabel, dnsSubdomain } from "../../object/names.ts";
import { booleanIn, isSet, numberIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { compareTexts } from "../../object/text-order.ts";
import { conditionOf } from "../../object/conditions.ts";
import type { KindBehaviour } from "../definition.ts";
import { flowSchemaConditions } from "./conditions.ts";
import { mandatoryFlowSchemas } from "./mandatory.ts";
import { shownFlowSchemaSpec } from "./shown.ts";

const MAX_PRECEDENCE = 10000;
const DEFAULT_PRECEDENCE = 1000;
const EXEMPT = "exempt";
const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const DISTINGUISHERS = ["ByNamespace", "ByUser"];

/** Subject kinds, each with the member that goes with it. */
const SUBJECTS = new Map([
  ["ServiceAccount", "serviceAccount"],
  ["User", "user"],
  ["Group", "group"],
]);
const SUBJECT_KINDS = ["Group", "ServiceAccount", "User"];

function flowSchemaFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const spec = objectIn(object, "spec");
  const at = FieldPath.root.child("spec");
  const { name = "" } = object.metadata;
  const precedence = numberIn(spec, "matchingPrecedence");
  const place = at.child("matchingPrecedence");
  if (precedence <= 0) faults.push(invalidField(place, precedence, "must be a positive value"));
  if (precedence > MAX_PRECEDENCE) faults.push(invalidField(place, precedence, `must not be greater than ${MAX_PRECEDENCE}`));
  if (precedence === 1 && name !== EXEMPT) {
    faults.push(invalidField(place, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  if (isSet(spec, "distinguisherMethod")) {
    const type = stringIn(objectIn(spec, "distinguisherMethod"), "type");
    if (!DISTINGUISHERS.includes(type)) {
      faults.push(notSupportedField(at.child("distinguisherMethod").child("type"), { Type: type }, DISTINGUISHERS));
    }
  }
  const level = stringIn(objectIn(spec, "priorityLevelConfiguration"), "name");
  const levelAt = at.child("priorityLevelConfiguration").child("name");
  if (level === "") faults.push(requiredField(levelAt, "must reference a priority level"));
  else for (const message of dnsSubdomain(level)) faults.push(invalidField(levelAt, level, message));
  objectsIn(spec, "rules").forEach((rule, i) => checkRule(rule, at.child("rules").index(i), faults));
  const fixed = mandatoryFlowSchemas.get(name);
  if (fixed !== undefined && !equalJson(spec, fixed)) {
    faults.push(invalidField(at, shownFlowSchemaSpec(spec), `spec of '${name}' must equal the fixed value`));
  }
  faults.push(...flowSchemaConditions(object));
  return faults;
}

function checkRule(rule: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const subjects = objectsIn(rule, "subjects");
  if (subjects.length === 0) faults.push(requiredField(at.child("subjects"), "subjects must contain at least one value"));
  subjects.forEach((subject, i) => checkSubject(subject, at.child("subjects").index(i), faults));
  const resourceRules = objectsIn(rule, "resourceRules");
  const nonResourceRules = objectsIn(rule, "nonResourceRules");
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    faults.push(requiredField(at, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  }
  resourceRules.forEach((one, i) => checkResourceRule(one, at.child("resourceRules").index(i), faults));
  nonResourceRules.forEach((one, i) => checkNonResourceRule(one, at.child("nonResourceRules").index(i), faults));
}

function checkSubject(subject: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const kind = stringIn(subject, "kind");
  const own = SUBJECTS.get(kind);
  if (own === undefined) {
    faults.push(notSupportedField(at.child("kind"), kind, SUBJECT_KINDS));
    return;
  }
  if (!isSet(subject, own)) faults.push(requiredField(at.child(own), `${own} is required when subject kind is '${kind}'`));
  else checkSubjectMember(kind, objectIn(subject, own), at.child(own), faults);
  for (const [other, member] of SUBJECTS) {
    if (other !== kind && isSet(subject, member))
      faults.push(forbiddenField(at.child(member), `${member} is forbidden when subject kind is not '${other}'`));
  }
}

function checkSubjectMember(kind: string, member: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const name = stringIn(member, "name");
  if (name === "") faults.push(requiredField(at.child("name")));
  else if (kind === "ServiceAccount" && name !== "*") {
    for (const message of dnsSubdomain(name)) faults.push(invalidField(at.child("name"), name, message));
  }
  if (kind !== "ServiceAccount") return;
  const namespace = stringIn(member, "namespace");
  if (namespace === "") faults.push(requiredField(at.child("namespace"), "must specify namespace for service account"));
  else for (const message of dnsLabel(namespace)) faults.push(invalidField(at.child("namespace"), namespace, message));
}

/** `*` stands alone in a list. */
function alone(values: readonly string[], at: FieldPath, what: string, faults: FieldError[]): boolean {
  if (values.length > 1 && values.includes("*")) {
    faults.push(invalidField(at, values, `if '*' is present, must not specify other ${what}`));
  }
  return values.includes("*");
}

function checkVerbs(rule: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const verbs = stringsIn(rule, "verbs");
  if (verbs.length === 0) faults.push(requiredField(at, "verbs must contain at least one value"));
  else if (!alone(verbs, at, "verbs", faults) && !verbs.every((verb) => VERBS.includes(verb))) {
    faults.push(notSupportedField(at, verbs, VERBS));
  }
}

function checkResourceRule(rule: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  checkVerbs(rule, at.child("verbs"), faults);
  const groups = stringsIn(rule, "apiGroups");
  if (groups.length === 0) faults.push(requiredField(at.child("apiGroups"), "resource rules must supply at least one api group"));
  alone(groups, at.child("apiGroups"), "api groups", faults);
  const resources = stringsIn(rule, "resources");
  if (resources.length === 0) faults.push(requiredField(at.child("resources"), "resource rules must supply at least one resource"));
  alone(resources, at.child("resources"), "resources", faults);
  const namespaces = stringsIn(rule, "namespaces");
  const place = at.child("namespaces");
  if (namespaces.length === 0 && !booleanIn(rule, "clusterScope")) {
    faults.push(requiredField(place, "resource rules that are not cluster scoped must supply at least one namespace"));
  } else if (!alone(namespaces, place, "namespaces", faults)) {
    namespaces.forEach((namespace, i) => {
      for (const message of dnsLabel(namespace)) {
        const detail = `each member of this list must be '*' or a DNS-1123 label; ${message}`;
        faults.push(invalidField(place.index(i), namespace, detail));
      }
    });
  }
}

function checkNonResourceRule(rule: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  checkVerbs(rule, at.child("verbs"), faults);
  const urls = stringsIn(rule, "nonResourceURLs");
  const place = at.child("nonResourceURLs");
  if (urls.length === 0) faults.push(requiredField(place, "nonResourceURLs must contain at least one value"));
  else if (!alone(urls, place, "non-resource URLs", faults)) {
    urls.forEach((url, i) => {
      const wrong = pathFault(url);
      if (wrong !== undefined) faults.push(invalidField(place.index(i), url, wrong));
    });
  }
}

function pathFault(path: string): string | undefined {
  if (path === "") return "must not be empty";
  if (path === "/") return undefined;
  if (!path.startsWith("/")) return "must start with slash";
  if (path.includes(" ")) return "must not contain white-space";
  if (path.includes("//")) return "must not contain double slash";
  const star = path.indexOf("*");
  return star >= 0 && (star !== path.length - 1 || !path.endsWith("/*")) ? "wildcard can only do suffix matching" : undefined;
}

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  if (!spec["matchingPrecedence"]) spec["matchingPrecedence"] = DEFAULT_PRECEDENCE;
}

function precedenceOf(object: KubeObject): number {
  return numberIn(objectIn(object, "spec"), "matchingPrecedence");
}

/** What FlowSchemas do beyond the tables. */
export const flowSchema: KindBehaviour = {
  applyDefaults,
  strategy: {
    validate: flowSchemaFaults,
    validateUpdate: flowSchemaFaults,
  },
  subresources: {
    status: {
      validateUpdate: (object, old) => (equalJson(objectIn(object, "status"), objectIn(old, "status")) ? [] : flowSchemaFaults(object)),
    },
  },
  // Those that are asked first come first.
  rowOrder: (a, b) => precedenceOf(a) - precedenceOf(b) || compareTexts(a.metadata.name ?? "", b.metadata.name ?? ""),
  cells: {
    PriorityLevel: (object) => stringIn(objectIn(objectIn(object, "spec"), "priorityLevelConfiguration"), "name"),
    MatchingPrecedence: precedenceOf,
    DistinguisherMethod: (object) => {
      const spec = objectIn(object, "spec");
      return isSet(spec, "distinguisherMethod") ? stringIn(objectIn(spec, "distinguisherMethod"), "type") : "<none>";
    },
    MissingPL: (object) => {
      const dangling = conditionOf(object, "Dangling");
      return dangling === undefined ? "?" : stringIn(dangling, "status");
    },
  },
};
