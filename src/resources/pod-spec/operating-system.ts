import { forbiddenField, invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import type { FieldPath } from "../../object/field-path.ts";
import { getOwn, type ReadonlyJson, type ReadonlyJsonObject } from "../../object/json.ts";
import { booleanIn, isSet, listIn, objectIn, stringIn } from "../../object/read.ts";
import { visitContainers, type PodRuleOptions } from "./scope.ts";

const systems = ["linux", "windows"];
const notOnWindows = "cannot be set for a windows pod";
const notOnLinux = "windows options cannot be set for a linux pod";

/** Members of a pod's spec that mean nothing on Windows, in the order in which they are told. */
const linuxMembersOfPod = [
  "securityContext.appArmorProfile",
  "securityContext.seLinuxOptions",
  "hostUsers",
  "hostPID",
  "hostIPC",
  "securityContext.seccompProfile",
  "securityContext.fsGroup",
  "securityContext.fsGroupChangePolicy",
  "securityContext.sysctls",
  "shareProcessNamespace",
  "securityContext.runAsUser",
  "securityContext.runAsGroup",
  "securityContext.supplementalGroups",
  "securityContext.supplementalGroupsPolicy",
  "securityContext.seLinuxChangePolicy",
];

/** Members of a container's securityContext that mean nothing on Windows. */
const linuxMembersOfContainer = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
];

/** Appends what is wrong with a pod's operating system, and with what does not exist there (KEP-2802). */
export function checkOperatingSystem(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  if (!isSet(spec, "os")) return;
  const name = stringIn(objectIn(spec, "os"), "name");
  if (name === "") faults.push(requiredField(at.child("os", "name")));
  else if (!systems.includes(name)) faults.push(notSupportedField(at.child("os"), name, systems));
  else if (name === "linux") checkLinux(spec, at, faults);
  else checkWindows(spec, at, faults);
}

function checkLinux(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  const forbid = (owner: ReadonlyJsonObject, place: FieldPath): void => {
    if (!isSet(objectIn(owner, "securityContext"), "windowsOptions")) return;
    faults.push(forbiddenField(place.child("securityContext", "windowsOptions"), notOnLinux));
  };
  forbid(spec, at);
  visitContainers(spec, at, forbid);
}

function checkWindows(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[]): void {
  for (const path of linuxMembersOfPod) {
    const steps = path.split(".");
    const owner = steps.length === 2 ? objectIn(spec, "securityContext") : spec;
    if (isGiven(path, getOwn(owner, steps.at(-1) ?? ""))) faults.push(forbiddenField(at.descend(steps), notOnWindows));
  }
  visitContainers(spec, at, (container, place) => {
    const context = objectIn(container, "securityContext");
    for (const member of linuxMembersOfContainer) {
      if (isSet(context, member)) faults.push(forbiddenField(place.child("securityContext", member), notOnWindows));
    }
  });
}

/** Booleans that do not tell false from absent. */
const plainBooleans: ReadonlySet<string> = new Set(["hostPID", "hostIPC"]);

function isGiven(path: string, value: ReadonlyJson | undefined): boolean {
  if (plainBooleans.has(path)) return value === true;
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** All containers of a Windows pod are host processes or none is, and then they use the node's network (KEP-1981). */
export function checkHostProcesses(spec: ReadonlyJsonObject, at: FieldPath, faults: FieldError[], allowPrivileged: boolean): void {
  const ofPod = hostProcess(spec);
  let containers = 0;
  let hostProcesses = 0;
  visitContainers(spec, at, (container, place) => {
    containers++;
    const ofContainer = hostProcess(container);
    if (ofPod !== undefined && ofContainer !== undefined && ofPod !== ofContainer) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      faults.push(invalidField(place.child("securityContext", "windowsOptions", "hostProcess"), ofContainer, detail));
    }
    if (ofContainer ?? ofPod ?? false) hostProcesses++;
  });
  if (hostProcesses === 0) return;
  if (hostProcesses !== containers) {
    const detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    faults.push(invalidField(at, "", detail));
  }
  if (!booleanIn(spec, "hostNetwork")) {
    const detail = "hostNetwork must be true if pod contains any hostProcess containers";
    faults.push(invalidField(at.child("hostNetwork"), false, detail));
  }
  if (!allowPrivileged) {
    faults.push(forbiddenField(at, "hostProcess containers are disallowed by cluster policy"));
  }
}

function hostProcess(owner: ReadonlyJsonObject): boolean | undefined {
  const value = getOwn(objectIn(objectIn(owner, "securityContext"), "windowsOptions"), "hostProcess");
  return typeof value === "boolean" ? value : undefined;
}

/** A pod in a user namespace of its own cannot share the node's other namespaces, nor use raw devices (KEP-127). */
export function checkUserNamespace(
  spec: ReadonlyJsonObject,
  at: FieldPath,
  faults: FieldError[],
  options: Pick<PodRuleOptions, "allowDevicesInUserNamespace">,
): void {
  if (getOwn(spec, "hostUsers") !== false) return;
  const detail = "when `hostUsers` is false";
  for (const [member, shown] of [
    ["hostNetwork", "hostNetwork"],
    ["hostPID", "HostPID"],
    ["hostIPC", "HostIPC"],
  ] as const) {
    if (booleanIn(spec, member)) faults.push(forbiddenField(at.child(shown), detail));
  }
  if (options.allowDevicesInUserNamespace === true) return;
  visitContainers(spec, at, (container, place) => {
    if (listIn(container, "volumeDevices").length > 0) faults.push(forbiddenField(place.child("volumeDevices"), detail));
  });
}
