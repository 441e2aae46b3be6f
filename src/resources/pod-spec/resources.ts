import {
  duplicateField,
  forbiddenField,
  invalidField,
  notFoundField,
  notSupportedField,
  requiredField,
  type FieldError,
} from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { dnsLabel, qualifiedNameRules } from "../../object/names.ts";
import {
  compareQuantity,
  formatQuantity,
  quantityMilliValue,
  quantitySign,
  quantityValue,
  tryParseQuantity,
  type Quantity,
} from "../../object/quantity.ts";
import { asList, asObject, listIn, objectIn, stringIn } from "../../object/read.ts";
import { sortedKeys } from "../../object/text-order.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { text } from "../../validation/scalars.ts";
import { struct } from "../../validation/structure.ts";
import {
  isExtendedResource,
  isHugePages,
  isIntegerResource,
  isNativeResource,
  isOvercommitAllowed,
  isStandardContainerResource,
  isStandardResource,
} from "./resource-names.ts";
import { noClaimNames } from "./resource-claims.ts";
import type { PodScope } from "./scope.ts";

/** Appends what is wrong with a resource's name, as any list of resources has it. */
export function checkResourceName(name: string, at: FieldPath, faults: FieldError[]): void {
  const messages = qualifiedNameRules(name);
  for (const message of messages) faults.push(invalidField(at, name, message));
  if (messages.length === 0 && !name.includes("/") && !isStandardResource(name)) {
    faults.push(invalidField(at, name, "must be a standard resource type or fully qualified"));
  }
}

/** Appends what is wrong with a resource's name, as containers ask for it. */
export function checkContainerResourceName(name: string, at: FieldPath, faults: FieldError[]): void {
  checkResourceName(name, at, faults);
  if (!name.includes("/")) {
    if (!isStandardContainerResource(name)) {
      faults.push(invalidField(at, name, "must be a standard resource for containers"));
    }
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    faults.push(invalidField(at, name, "doesn't follow extended resource name standard"));
  }
}

/** Appends what is wrong with an amount of a resource: negative, or broken where only whole numbers count. */
export function checkResourceAmount(name: string, amount: Quantity, at: FieldPath, faults: FieldError[]): void {
  if (quantitySign(amount) < 0) {
    faults.push(invalidField(at, formatQuantity(amount), "must be greater than or equal to 0"));
  }
  if (isIntegerResource(name) && quantityMilliValue(amount) % 1000n !== 0n) {
    faults.push(invalidField(at, formatQuantity(amount), "must be an integer"));
  }
}

function checkHugePages(name: string, amount: Quantity, at: FieldPath, faults: FieldError[]): void {
  if (!isHugePages(name)) return;
  const page = tryParseQuantity(name.slice("hugepages-".length));
  const size = page === undefined ? 0n : quantityValue(page);
  if (size > 0n && quantityValue(amount) % size === 0n) return;
  const shown = formatQuantity(amount);
  faults.push(invalidField(at, shown, `${shown} is not positive integer multiple of ${name}`));
}

/** Names of a resource list, in an order that does not depend on who wrote it. */
export function resourceNames(list: ReadonlyJsonObject): string[] {
  return sortedKeys(list);
}

/** The rules of what a container asks for and may take (concepts/configuration/manage-resources-containers). */
export const containerResources: Check<Pick<PodScope, "claimNames">> = struct((requirements, at, faults, scope) => {
  checkRequirements(requirements, at, faults, checkContainerResourceName);
  claimsOfContainer(getOwn(requirements, "claims"), at.child("claims"), faults, scope);
});

/** Appends what is wrong with limits and requests, whoever has them; `checkName` says what can be asked for. */
export function checkRequirements(
  requirements: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  checkName: (name: string, at: FieldPath, faults: FieldError[]) => void,
): void {
  const limits = objectIn(requirements, "limits");
  const requests = objectIn(requirements, "requests");
  const used = new Set<string>();
  for (const name of resourceNames(limits)) {
    const place = at.child("limits").key(name);
    const amount = asQuantity(getOwn(limits, name));
    checkName(name, place, faults);
    checkResourceAmount(name, amount, place, faults);
    checkHugePages(name, amount, place, faults);
    used.add(isHugePages(name) ? "hugepages" : name);
  }
  for (const name of resourceNames(requests)) {
    const place = at.child("requests").key(name);
    const amount = asQuantity(getOwn(requests, name));
    checkName(name, place, faults);
    checkResourceAmount(name, amount, place, faults);
    checkAgainstLimit(name, amount, getOwn(limits, name), at, faults);
    checkHugePages(name, amount, place, faults);
    used.add(isHugePages(name) ? "hugepages" : name);
  }
  if (used.has("hugepages") && !used.has("cpu") && !used.has("memory")) {
    faults.push(forbiddenField(at, "HugePages require cpu or memory"));
  }
}

/** A request is at most the limit; what cannot be promised twice has a limit, and asks for all of it. */
function checkAgainstLimit(name: string, amount: Quantity, limit: ReadonlyJson | undefined, at: FieldPath, faults: FieldError[]): void {
  if (limit === undefined) {
    if (isOvercommitAllowed(name)) return;
    faults.push(requiredField(at.child("limits"), "Limit must be set for non overcommitable resources"));
    return;
  }
  const allowed = asQuantity(limit);
  const order = compareQuantity(amount, allowed);
  const place = at.child("requests");
  if (order !== 0 && !isOvercommitAllowed(name)) {
    const detail = `must be equal to ${name} limit of ${formatQuantity(allowed)}`;
    faults.push(invalidField(place, formatQuantity(amount), detail));
  } else if (order > 0) {
    const detail = `must be less than or equal to ${name} limit of ${formatQuantity(allowed)}`;
    faults.push(invalidField(place, formatQuantity(amount), detail));
  }
}

const requestName = text(dnsLabel);

/** A container's claims on the pod's ResourceClaims: each once, whole or by request (KEP-4381). */
const claimsOfContainer: Check<Pick<PodScope, "claimNames">> = skippingAbsent((value, at, faults, scope) => {
  const whole = new Set<string>();
  const partial = new Set<string>();
  const partialKeys = new Set<string>();
  asList(value).forEach((item, i) => {
    const place = at.index(i);
    const name = stringIn(asObject(item), "name");
    const request = stringIn(asObject(item), "request");
    if (name === "") {
      faults.push(requiredField(place));
    } else {
      const key = request === "" ? name : `${name}/${request}`;
      const taken = whole.has(name) || (request === "" ? partial.has(name) : partialKeys.has(key));
      if (taken) faults.push(duplicateField(place, key));
      if (request === "") whole.add(name);
      else partial.add(name);
      partialKeys.add(key);
      if (!scope.claimNames.all.has(name)) {
        const detail = `must be one of the names in pod.spec.resourceClaims${scope.claimNames.listed}`;
        faults.push(notFoundField(place, name, detail));
      }
    }
    if (request !== "") requestName(request, place.child("request"), faults, undefined);
  });
});

/** Resources of which a running container can get more or less. */
export const resizable = ["cpu", "memory"];
const resizeRestarts = ["NotRequired", "RestartContainer"];

/** What a container needs when its resources change (KEP-1287); faults are told of the list. */
export const resizePolicy: Check<PodScope> = skippingAbsent((value, at, faults, scope) => {
  const seen = new Set<string>();
  asList(value).forEach((item, i) => {
    const name = stringIn(asObject(item), "resourceName");
    const restart = stringIn(asObject(item), "restartPolicy");
    if (seen.has(name)) faults.push(duplicateField(at.index(i), name));
    seen.add(name);
    if (name === "") faults.push(requiredField(at));
    else if (!resizable.includes(name)) faults.push(notSupportedField(at, name, resizable));
    if (restart === "") faults.push(requiredField(at));
    else if (!resizeRestarts.includes(restart)) faults.push(notSupportedField(at, restart, resizeRestarts));
    if (scope.restartPolicy === "Never" && restart !== "NotRequired") {
      faults.push(invalidField(at, restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  });
});

/** What a runtime takes for itself beside the containers, checked as limits are (KEP-688). */
export const overhead: Check = (value, at, faults) => {
  containerResources({ limits: asObject(value) }, at, faults, { claimNames: noClaimNames });
};

/** Whether a list of policies asks for a restart. */
export function restartsOnResize(container: ReadonlyJsonObject): boolean {
  return listIn(container, "resizePolicy").some((one) => stringIn(asObject(one), "restartPolicy") === "RestartContainer");
}
