import { FieldSet } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";

const metadataFields = [
  "name",
  "namespace",
  "creationTimestamp",
  "selfLink",
  "uid",
  "clusterName",
  "generation",
  "managedFields",
  "resourceVersion",
];

/** Paths that nobody owns: what names the object and what the server writes in its metadata. */
export const neverOwned: FieldSet = FieldSet.fromPaths([
  [fieldElement("apiVersion")],
  [fieldElement("kind")],
  [fieldElement("metadata")],
  ...metadataFields.map((name) => [fieldElement("metadata"), fieldElement(name)]),
]);
