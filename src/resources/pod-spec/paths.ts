import { invalidField } from "../../object/field-error.ts";
import { asNumber, asString } from "../../object/read.ts";
import type { Check } from "../../validation/check.ts";
import { all } from "../../validation/structure.ts";

/** A path whose steps never go up. */
export const noBacksteps: Check = (value, at, faults) => {
  const path = asString(value);
  if (hasBackstep(path)) faults.push(invalidField(at, path, "must not contain '..'"));
};

/** Whether a path has a step up. Both separators count on Windows nodes; the API looks at slashes. */
export function hasBackstep(path: string): boolean {
  return path.includes("..") && path.split("/").includes("..");
}

/** A path below the place where it is used. */
export const descendingPath: Check = (value, at, faults, context) => {
  const path = asString(value);
  if (path.startsWith("/")) faults.push(invalidField(at, path, "must be a relative path"));
  noBacksteps(value, at, faults, context);
};

/** A descending path that does not begin with two dots: names so begun are the kubelet's own. */
export const nonReservedPath: Check = all(descendingPath, (value, at, faults) => {
  const path = asString(value);
  if (path.startsWith("..") && !path.startsWith("../")) {
    faults.push(invalidField(at, path, "must not start with '..'"));
  }
});

/** A path from the root. */
export const absolutePath: Check = (value, at, faults) => {
  const path = asString(value);
  if (!path.startsWith("/")) faults.push(invalidField(at, path, "must be an absolute path"));
};

/** Permission bits of a file. */
export const fileMode: Check = (value, at, faults) => {
  const mode = asNumber(value);
  if (mode < 0 || mode > 0o777) {
    faults.push(invalidField(at, mode, "must be a number between 0 and 0777 (octal), both inclusive"));
  }
};
