import type { ShownMembers } from "../pod-spec/shown.ts";

/** The members of a reference to an object, as messages show them. */
export const objectReferenceShown: ShownMembers = [
  ["Kind", "kind", ""],
  ["Namespace", "namespace", ""],
  ["Name", "name", ""],
  ["UID", "uid", ""],
  ["APIVersion", "apiVersion", ""],
  ["ResourceVersion", "resourceVersion", ""],
  ["FieldPath", "fieldPath", ""],
];
