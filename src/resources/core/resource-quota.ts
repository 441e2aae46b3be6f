import { invalidField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import { getOwn, isObject, type ReadonlyJsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { formatQuantity } from "../../object/quantity.ts";
import { isSet, listIn, objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { writtenMember } from "../../object/written-empty.ts";
import { asQuantity } from "../../validation/quantities.ts";
import type { KindBehaviour } from "../definition.ts";
import { roundResources } from "../pod-spec/defaults.ts";
import { isQuotaResource } from "../pod-spec/resource-names.ts";
import { checkResourceAmount, checkResourceName, resourceNames } from "../pod-spec/resources.ts";
import { specAt } from "../spec-and-status.ts";

const podCount: ReadonlySet<string> = new Set(["pods"]);
const podTotals: ReadonlySet<string> = new Set(["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"]);
const claimTotals: ReadonlySet<string> = new Set(["persistentvolumeclaims", "requests.storage"]);

/** The scopes there are, with the resources that each can narrow (concepts/policy/resource-quotas). */
const SCOPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Terminating", podTotals],
  ["NotTerminating", podTotals],
  ["BestEffort", podCount],
  ["NotBestEffort", podTotals],
  ["PriorityClass", podTotals],
  ["CrossNamespacePodAffinity", podTotals],
  ["VolumeAttributesClass", claimTotals],
]);

/** Scopes that are there or not; the others have values. */
const plainScopes: ReadonlySet<string> = new Set([
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "CrossNamespacePodAffinity",
]);

const contradictions = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

function checkAmounts(list: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const name of resourceNames(list)) {
    checkResourceName(name, at.key(name), faults);
    if (!name.includes("/") && !isQuotaResource(name))
      faults.push(invalidField(at.key(name), name, "must be a standard resource for quota"));
    checkResourceAmount(name, asQuantity(getOwn(list, name)), at.key(name), faults);
  }
}

/** A quota that names scopes and resources by the thousand is told so often that they do not go together, and no more. */
const MAX_MISPLACED = 1000;

/** Says of a scope how often it is to be told that it cannot narrow one of a quota's resources. */
function misplacedIn(spec: ReadonlyJsonObject): (scope: string) => number {
  const names = resourceNames(objectIn(spec, "hard")).filter(isQuotaResource);
  const counts = new Map([...SCOPES].map(([scope, allowed]) => [scope, names.filter((name) => !allowed.has(name)).length]));
  let left = MAX_MISPLACED;
  return (scope) => {
    const told = Math.min(counts.get(scope) ?? 0, left);
    left -= told;
    return told;
  };
}

function checkScopes(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const scopes = stringsIn(spec, "scopes");
  const misplaced = misplacedIn(spec);
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) faults.push(invalidField(at, scopes, "unsupported scope"));
    for (let i = misplaced(scope); i > 0; i--) faults.push(invalidField(at, scopes, "unsupported scope applied to resource"));
  }
  for (const pair of contradictions)
    if (pair.every((scope) => scopes.includes(scope))) faults.push(invalidField(at, scopes, "conflicting scopes"));
}

function shownSelector(requirements: readonly ReadonlyJsonObject[]): ReadonlyJsonObject {
  return {
    MatchExpressions: requirements.map((requirement) => ({
      ScopeName: stringIn(requirement, "scopeName"),
      Operator: stringIn(requirement, "operator"),
      Values: writtenMember(requirement, "values") ?? null,
    })),
  };
}

function checkScopeSelector(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const requirements = objectsIn(objectIn(spec, "scopeSelector"), "matchExpressions");
  const shown = shownSelector(requirements);
  const misplaced = misplacedIn(spec);
  for (const requirement of requirements) {
    const scope = stringIn(requirement, "scopeName");
    const operator = stringIn(requirement, "operator");
    const values = listIn(requirement, "values");
    if (!SCOPES.has(scope)) faults.push(invalidField(at.child("scopeName"), scope, "unsupported scope"));
    for (let i = misplaced(scope); i > 0; i--) faults.push(invalidField(at, shown, "unsupported scope applied to resource"));
    if (plainScopes.has(scope) && operator !== "Exists") {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      faults.push(invalidField(at.child("operator"), operator, detail));
    }
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0)
        faults.push(requiredField(at.child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0)
        faults.push(
          invalidField(at.child("values"), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"),
        );
    } else {
      faults.push(invalidField(at.child("operator"), operator, "not a valid selector operator"));
    }
  }
  const scopes = requirements.map((requirement) => stringIn(requirement, "scopeName"));
  for (const pair of contradictions)
    // The original shows the other list of scopes, whichever it finds them in.
    if (pair.every((scope) => scopes.includes(scope)))
      faults.push(invalidField(at, writtenMember(spec, "scopes") ?? null, "conflicting scopes"));
}

function checkSpec(object: KubeObject, faults: FieldError[]): void {
  const spec = objectIn(object, "spec");
  checkAmounts(objectIn(spec, "hard"), specAt.child("hard"), faults);
  checkScopes(spec, specAt.child("scopes"), faults);
  if (isSet(spec, "scopeSelector")) checkScopeSelector(spec, specAt.child("scopeSelector", "matchExpressions"), faults);
}

function checkStatus(object: KubeObject, faults: FieldError[]): void {
  for (const list of ["hard", "used"])
    checkAmounts(objectIn(objectIn(object, "status"), list), FieldPath.root.child("status", list), faults);
}

function sameScopes(object: KubeObject, old: KubeObject): boolean {
  const [now, before] = [object, old].map((quota) => new Set(stringsIn(objectIn(quota, "spec"), "scopes")));
  return now?.size === before?.size && [...(now ?? [])].every((scope) => before?.has(scope));
}

/** The resources that a cell tells of, with what is used of each and how much there may be. */
function usageCell(object: KubeObject, limits: boolean): string {
  const status = objectIn(object, "status");
  const hard = objectIn(status, "hard");
  const used = objectIn(status, "used");
  const names = resourceNames(hard).filter((name) => name.startsWith("limits.") === limits);
  return names
    .map((name) => `${name}: ${formatQuantity(asQuantity(getOwn(used, name)))}/${formatQuantity(asQuantity(getOwn(hard, name)))}`)
    .join(", ");
}

/** What ResourceQuotas do beyond the tables. */
export const resourceQuota: KindBehaviour = {
  applyDefaults(object) {
    const { spec, status } = object;
    if (isObject(spec)) roundResources(spec["hard"]);
    if (isObject(status)) for (const list of ["hard", "used"]) roundResources(status[list]);
  },
  strategy: {
    validate: (object) => {
      const faults: FieldError[] = [];
      checkSpec(object, faults);
      checkStatus(object, faults);
      return faults;
    },
    validateUpdate: (object, old) => {
      const faults: FieldError[] = [];
      checkSpec(object, faults);
      if (!sameScopes(object, old))
        faults.push(invalidField(specAt.child("scopes"), writtenMember(objectIn(object, "spec"), "scopes") ?? null, "field is immutable"));
      return faults;
    },
  },
  subresources: {
    status: {
      validateUpdate: (object) => {
        const faults: FieldError[] = [];
        checkStatus(object, faults);
        return faults;
      },
    },
  },
  cells: { Request: (object) => usageCell(object, false), Limit: (object) => usageCell(object, true) },
};
