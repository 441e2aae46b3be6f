import { duplicateField, invalidField, requiredField } from "../../object/field-error.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { asList, asObject, booleanIn, stringIn } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import type { PodScope } from "./scope.ts";

const pattern = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
const segment = /^[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/;
const maxLength = 253;

/** Kernel parameters that belong to a namespace which the pod shares with its node (tasks/administer-cluster/sysctl-cluster). */
const namespaced = [
  { member: "hostNetwork", matches: (name: string) => name.startsWith("net.") },
  {
    member: "hostIPC",
    matches: (name: string) =>
      name === "kernel.sem" || ["kernel.shm", "kernel.msg", "fs.mqueue."].some((prefix) => name.startsWith(prefix)),
  },
];

/** The member by which a pod shares with its node the namespace that a kernel parameter belongs to, if it does. */
export function sharesNamespaceOf(spec: ReadonlyJsonObject, name: string): string | undefined {
  const dotted = name.replaceAll("/", ".");
  return namespaced.find(({ member, matches }) => booleanIn(spec, member) && matches(dotted))?.member;
}

/** The rules of a pod's kernel parameters. */
export const sysctls: Check<PodScope> = skippingAbsent((value, at, faults, { spec, options }) => {
  const names = new Set<string>();
  asList(value).forEach((item, i) => {
    const name = stringIn(asObject(item), "name");
    const place = at.index(i).child("name");
    const valid = name.length <= maxLength && name.split(/[./]/).every((part) => segment.test(part));
    if (name === "") faults.push(requiredField(place));
    else if (!valid) {
      faults.push(invalidField(place, name, `must have at most ${maxLength} characters and match regex ${pattern}`));
    } else if (names.has(name)) faults.push(duplicateField(place, name));
    const shared = options.allowSysctlsOfNode === true ? undefined : sharesNamespaceOf(spec, name);
    if (shared !== undefined) faults.push(invalidField(place, name, `may not be specified when '${shared}' is true`));
    names.add(name);
  });
});
