import { forbiddenField, invalidField, notSupportedField, requiredField, tooLongField } from "../../object/field-error.ts";
import { booleanIn, listIn, objectIn, stringIn } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { optional } from "../../validation/presence.ts";
import { between, oneOf } from "../../validation/scalars.ts";
import { all, each, fields, struct } from "../../validation/structure.ts";
import { descendingPath } from "./paths.ts";
import type { PodScope } from "./scope.ts";
import { shownAs } from "./shown.ts";
import { profileShown, securityContextShown } from "./shown-members.ts";
import { sysctls } from "./sysctls.ts";
import { windowsOptions } from "./windows-options.ts";

/** Ids of users and groups. */
export const id: Check = between(0, 2147483647);

const profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];

const seccompProfile: Check = struct((profile, at, faults, context) => {
  const type = stringIn(profile, "type");
  if (type === "") faults.push(requiredField(at.child("type"), "type is required when seccompProfile is set"));
  else if (!profileTypes.includes(type)) faults.push(notSupportedField(at.child("type"), type, profileTypes));
  const place = at.child("localhostProfile");
  const file = profile["localhostProfile"];
  if (type === "Localhost") {
    if (file === undefined) faults.push(requiredField(place, "must be set when seccomp type is Localhost"));
    else descendingPath(file, place, faults, context);
  } else if (file !== undefined) {
    const detail = "can only be set when seccomp type is Localhost";
    faults.push(invalidField(place, shownAs(profile, profileShown), detail));
  }
});

const appArmorProfileMax = 4095;

/** The rules of an AppArmor profile, of a pod and of a container. */
export const appArmorProfile: Check = struct((profile, at, faults) => {
  const type = stringIn(profile, "type");
  const place = at.child("localhostProfile");
  const name = profile["localhostProfile"];
  if (type === "") {
    faults.push(requiredField(at.child("type"), "type is required when appArmorProfile is set"));
  } else if (!profileTypes.includes(type)) {
    faults.push(notSupportedField(at.child("type"), type, profileTypes));
  } else if (type !== "Localhost") {
    if (name !== undefined) faults.push(invalidField(place, name, "can only be set when AppArmor type is Localhost"));
  } else if (typeof name !== "string") {
    faults.push(requiredField(place, "must be set when AppArmor type is Localhost"));
  } else {
    if (name.trim() !== name) faults.push(invalidField(place, name, "must not be padded with whitespace"));
    else if (name === "") faults.push(requiredField(place, "must be set when AppArmor type is Localhost"));
    if (Buffer.byteLength(name) > appArmorProfileMax) faults.push(tooLongField(place, appArmorProfileMax));
  }
});

const privileged: Check<PodScope> = (value, at, faults, scope) => {
  if (value === true && !scope.options.allowPrivileged) {
    faults.push(forbiddenField(at, "disallowed by cluster policy"));
  }
};

const procMounts = oneOf("Default", "Unmasked");
const procMount: Check<PodScope> = (value, at, faults, scope) => {
  procMounts(value, at, faults, scope);
  if (value === "Unmasked" && scope.hostUsers) {
    faults.push(invalidField(at, value, "`hostUsers` must be false to use `Unmasked`"));
  }
};

const escalation: Check = struct((context, at, faults) => {
  if (context["allowPrivilegeEscalation"] !== false) return;
  const cannot = (what: string): void => {
    const detail = `cannot set \`allowPrivilegeEscalation\` to false and ${what}`;
    faults.push(invalidField(at, shownAs(context, securityContextShown), detail));
  };
  if (booleanIn(context, "privileged")) cannot("`privileged` to true");
  for (const capability of listIn(objectIn(context, "capabilities"), "add")) {
    if (capability === "CAP_SYS_ADMIN") cannot("`capabilities.Add` CAP_SYS_ADMIN");
  }
});

/** The rules of a container's securityContext. */
export const containerSecurityContext: Check<PodScope> = optional(
  all<PodScope>(
    fields<PodScope>({
      privileged,
      runAsUser: optional(id),
      runAsGroup: optional(id),
      procMount: optional(procMount),
      seccompProfile: optional(seccompProfile),
    }),
    escalation,
    fields({ windowsOptions: optional(windowsOptions), appArmorProfile: optional(appArmorProfile) }),
  ),
);

const sharedProcesses: Check<PodScope> = (_value, at, faults, { spec }) => {
  if (booleanIn(spec, "shareProcessNamespace") && booleanIn(spec, "hostPID")) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    faults.push(invalidField(at.child("shareProcessNamespace"), true, detail));
  }
};

const recursiveOnly = oneOf("Recursive");
const anyChangePolicy = oneOf("MountOption", "Recursive");
const seLinuxChangePolicy: Check<PodScope> = (value, at, faults, scope) => {
  const check = scope.options.allowSeLinuxMountOption === true ? anyChangePolicy : recursiveOnly;
  check(value, at, faults, scope);
};

/** The rules of a pod's securityContext; the original counts the use of the node's namespaces among them. */
export const podSecurityContext: Check<PodScope> = all<PodScope>(
  fields({
    fsGroup: optional(id),
    runAsUser: optional(id),
    runAsGroup: optional(id),
    supplementalGroups: each(id),
  }),
  sharedProcesses,
  fields<PodScope>({
    sysctls,
    fsGroupChangePolicy: optional(oneOf("Always", "OnRootMismatch")),
    seccompProfile: optional(seccompProfile),
    windowsOptions: optional(windowsOptions),
    appArmorProfile: optional(appArmorProfile),
    supplementalGroupsPolicy: optional(oneOf("Merge", "Strict")),
    seLinuxChangePolicy: optional(seLinuxChangePolicy),
  }),
);
