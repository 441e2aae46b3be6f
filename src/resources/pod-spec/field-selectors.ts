import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { qualifiedNameRules } from "../../object/names.ts";
import { getOwn, type ReadonlyJsonObject } from "../../object/json.ts";
import { isZeroQuantity, formatQuantity } from "../../object/quantity.ts";
import { stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { asQuantity } from "../../validation/quantities.ts";
import { struct } from "../../validation/structure.ts";

/** Fields of a pod that the downward API can name at all (concepts/workloads/pods/downward-api). */
const downwardFields: ReadonlySet<string> = new Set([
  "metadata.annotations",
  "metadata.labels",
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.serviceAccountName",
  "spec.schedulerName",
  "status.phase",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
  "spec.host", // the old name of spec.nodeName
]);

/** Fields that an environment variable can take its value from. */
const environmentFields = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

/** Fields that a file of a volume can take its content from. */
const volumeFields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/** A reference to a field of the pod, in an environment variable. */
export const environmentFieldRef: Check = fieldRef(environmentFields);

/** A reference to a field of the pod, in a volume. */
export const volumeFieldRef: Check = fieldRef(volumeFields);

function fieldRef(supported: readonly string[]): Check {
  return struct((ref, at, faults) => {
    const version = stringIn(ref, "apiVersion");
    const path = stringIn(ref, "fieldPath");
    if (version === "") {
      faults.push(requiredField(at.child("apiVersion")));
      return;
    }
    if (path === "") {
      faults.push(requiredField(at.child("fieldPath")));
      return;
    }
    const { name, subscript } = splitSubscript(path);
    const problem = conversionProblem(version, path, name, subscript);
    if (problem !== undefined) {
      faults.push(invalidField(at.child("fieldPath"), path, `error converting fieldPath: ${problem}`));
    } else if (subscript !== undefined) {
      const key = name === "metadata.annotations" ? subscript.toLowerCase() : subscript;
      for (const message of qualifiedNameRules(key)) faults.push(invalidField(at, key, message));
    } else {
      const current = path === "spec.host" ? "spec.nodeName" : path;
      if (!supported.includes(current)) faults.push(notSupportedField(at.child("fieldPath"), current, supported));
    }
  });
}

function conversionProblem(version: string, path: string, name: string, subscript: string | undefined): string | undefined {
  if (version !== "v1") return `unsupported pod version: ${version}`;
  if (subscript !== undefined) {
    const mapped = name === "metadata.annotations" || name === "metadata.labels";
    return mapped ? undefined : `field label does not support subscript: ${path}`;
  }
  return downwardFields.has(path) ? undefined : `field label not supported: ${path}`;
}

/** Splits metadata.labels['app'] into its path and key. */
function splitSubscript(path: string): { readonly name: string; readonly subscript: string | undefined } {
  const start = path.indexOf("['");
  if (start <= 0 || !path.endsWith("']") || path.length < start + 4) return { name: path, subscript: undefined };
  return { name: path.slice(0, start), subscript: path.slice(start + 2, -2) };
}

const resourceFields = ["limits", "requests"].flatMap((list) =>
  ["cpu", "ephemeral-storage", "memory"].map((resource) => `${list}.${resource}`),
);
const hugePagesPrefixes = ["limits.hugepages-", "requests.hugepages-"];

/** A reference to a container's resources; in a volume it must name the container. */
export function resourceFieldRef(inVolume: boolean): Check {
  return struct((ref, at, faults) => {
    const resource = stringIn(ref, "resource");
    if (inVolume && stringIn(ref, "containerName") === "") {
      faults.push(requiredField(at.child("containerName")));
    } else if (resource === "") {
      faults.push(requiredField(at.child("resource")));
    } else if (!resourceFields.includes(resource) && !hugePagesPrefixes.some((prefix) => resource.startsWith(prefix))) {
      faults.push(notSupportedField(at.child("resource"), resource, resourceFields));
    }
    checkDivisor(ref, resource, at, faults);
  });
}

const cpuDivisors = ["1m", "1"];
const byteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/** By the resource's name without its list: what may divide it, and what messages call it. */
function divisorsOf(resource: string): { readonly texts: readonly string[]; readonly detail: string } | undefined {
  const [, name = ""] = /^(?:limits|requests)\.(.*)$/s.exec(resource) ?? [];
  const bytes = (what: string): { texts: readonly string[]; detail: string } => ({
    texts: byteDivisors,
    detail: `only divisor's values ${byteDivisors.join(", ")} are supported with the ${what} resource`,
  });
  if (name === "cpu") {
    return { texts: cpuDivisors, detail: "only divisor's values 1m and 1 are supported with the cpu resource" };
  }
  if (name === "memory") return bytes("memory");
  if (name === "ephemeral-storage") return bytes("local ephemeral storage");
  return name.startsWith("hugepages-") ? bytes("hugepages") : undefined;
}

function checkDivisor(ref: ReadonlyJsonObject, resource: string, at: FieldPath, faults: FieldError[]): void {
  const quantity = asQuantity(getOwn(ref, "divisor"));
  if (isZeroQuantity(quantity)) return;
  const divisors = divisorsOf(resource);
  if (divisors === undefined || divisors.texts.includes(formatQuantity(quantity))) return;
  faults.push(invalidField(at.child("divisor"), resource, divisors.detail));
}
