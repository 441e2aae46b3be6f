import { forbiddenField, invalidField, notFoundField, notSupportedField, requiredField } from "../../object/field-error.ts";
import type { ReadonlyJsonObject } from "../../object/json.ts";
import { asList, asObject, booleanIn, isSet, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { skippingAbsent, type Check } from "../../validation/check.ts";
import { descendingPath, hasBackstep } from "./paths.ts";
import type { ContainerScope } from "./scope.ts";

const propagations = ["Bidirectional", "HostToContainer", "None"];
const recursions = ["Disabled", "Enabled", "IfPossible"];

interface Taken {
  readonly names: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
}

const nothing: Taken = { names: new Set(), paths: new Set() };

/** Names and paths that one list of a container has, for the other not to have them. */
function membersOf(container: ReadonlyJsonObject, list: string, name: string, path: string): Taken {
  const items = objectsIn(container, list);
  if (items.length === 0) return nothing;
  return { names: new Set(items.map((one) => stringIn(one, name))), paths: new Set(items.map((one) => stringIn(one, path))) };
}

/** The rules of a container's mounts. Faults of sub-paths and propagation are told of the list, as upstream does. */
export const volumeMounts: Check<ContainerScope> = skippingAbsent((value, at, faults, scope) => {
  const devices = membersOf(scope.container, "volumeDevices", "name", "devicePath");
  const paths = new Set<string>();
  asList(value).forEach((item, i) => {
    const mount = asObject(item);
    const place = at.index(i);
    const name = stringIn(mount, "name");
    const path = stringIn(mount, "mountPath");
    if (name === "") faults.push(requiredField(place.child("name")));
    if (!scope.volumes.has(name)) faults.push(notFoundField(place.child("name"), name));
    if (path === "") faults.push(requiredField(place.child("mountPath")));
    if (paths.has(path)) faults.push(invalidField(place.child("mountPath"), path, "must be unique"));
    paths.add(path);
    if (devices.names.has(name)) {
      faults.push(invalidField(place.child("name"), name, "must not already exist in volumeDevices"));
    }
    if (devices.paths.has(path)) {
      faults.push(invalidField(place.child("mountPath"), path, "must not already exist as a path in volumeDevices"));
    }
    const subPath = stringIn(mount, "subPath");
    const subPathExpr = stringIn(mount, "subPathExpr");
    if (subPath !== "") descendingPath(subPath, at.child("subPath"), faults, scope);
    if (subPathExpr !== "") {
      if (subPath !== "") {
        const detail = "subPathExpr and subPath are mutually exclusive";
        faults.push(invalidField(place.child("subPathExpr"), subPathExpr, detail));
      }
      descendingPath(subPathExpr, at.child("subPathExpr"), faults, scope);
    }
    if (isSet(mount, "mountPropagation")) {
      mountPropagation(mount["mountPropagation"], at.child("mountPropagation"), faults, scope);
    }
    if (isSet(mount, "recursiveReadOnly")) recursiveReadOnly(mount, at.child("recursiveReadOnly"), faults, scope);
  });
});

const mountPropagation: Check<ContainerScope> = (value, at, faults, scope) => {
  const mode = typeof value === "string" ? value : "";
  if (!propagations.includes(mode)) faults.push(notSupportedField(at, mode, propagations));
  if (mode === "Bidirectional" && !booleanIn(objectIn(scope.container, "securityContext"), "privileged")) {
    const detail = "Bidirectional mount propagation is available only to privileged containers";
    faults.push(forbiddenField(at, detail));
  }
};

const recursiveReadOnly: Check<ContainerScope> = (value, at, faults) => {
  const mount = asObject(value);
  const mode = stringIn(mount, "recursiveReadOnly");
  if (!recursions.includes(mode)) faults.push(notSupportedField(at, mode, recursions));
  if (mode !== "Enabled" && mode !== "IfPossible") return;
  if (!booleanIn(mount, "readOnly")) faults.push(forbiddenField(at, "may only be specified when readOnly is true"));
  if (isSet(mount, "mountPropagation") && stringIn(mount, "mountPropagation") !== "None") {
    faults.push(forbiddenField(at, "may only be specified when mountPropagation is None or not specified"));
  }
};

/** The rules of a container's raw block devices. */
export const volumeDevices: Check<ContainerScope> = skippingAbsent((value, at, faults, scope) => {
  const mounts = membersOf(scope.container, "volumeMounts", "name", "mountPath");
  const names = new Set<string>();
  const paths = new Set<string>();
  asList(value).forEach((item, i) => {
    const device = asObject(item);
    const name = stringIn(device, "name");
    const path = stringIn(device, "devicePath");
    const namePlace = at.index(i).child("name");
    const pathPlace = at.index(i).child("devicePath");
    const source = scope.volumes.get(name);
    if (name === "") faults.push(requiredField(namePlace));
    if (names.has(name)) faults.push(invalidField(namePlace, name, "must be unique"));
    if (source === undefined) {
      faults.push(notFoundField(namePlace, name));
    } else if (!isSet(source, "persistentVolumeClaim") && !isSet(source, "ephemeral")) {
      const detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      faults.push(invalidField(namePlace, name, detail));
    }
    if (path === "") faults.push(requiredField(pathPlace));
    if (paths.has(path)) faults.push(invalidField(pathPlace, path, "must be unique"));
    if (hasBackstep(path)) faults.push(invalidField(pathPlace, path, "can not contain backsteps ('..')"));
    else paths.add(path);
    if (mounts.names.has(name)) {
      faults.push(invalidField(namePlace, name, "must not already exist in volumeMounts"));
    }
    if (mounts.paths.has(path)) {
      faults.push(invalidField(pathPlace, path, "must not already exist as a path in volumeMounts"));
    }
    if (name !== "") names.add(name);
  });
});
