import type { ObjectSchema, Schema } from "../../schema/schema.ts";
import { SchemaTypes } from "./schema-types.ts";
import type { Declared } from "./schema-types.ts";
import { structSchema as object, textSchema as string, textsSchema as strings } from "./struct-schema.ts";

/** The types of `request` and `namespaceObject` in admission expressions: not the API's own, but named after them. */

const stringMap: Schema = { type: "map", values: string };

const kind = object("kubernetes.GroupVersionKind", { group: string, version: string, kind: string });
const resource = object("kubernetes.GroupVersionResource", { group: string, version: string, resource: string });

const userInfoSchema: ObjectSchema = object("kubernetes.UserInfo", {
  username: string,
  uid: string,
  groups: strings,
  extra: { type: "map", values: strings },
});

/** The type of `request`. */
const requestSchema: ObjectSchema = object("kubernetes.AdmissionRequest", {
  kind,
  resource,
  subResource: string,
  requestKind: kind,
  requestResource: resource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: userInfoSchema,
  dryRun: { type: "boolean" },
  options: { type: "any", any: "rawExtension" },
});

/** The type of `namespaceObject`. */
const namespaceSchema: ObjectSchema = object("kubernetes.Namespace", {
  metadata: object("kubernetes.NamespaceMetadata", {
    name: string,
    generateName: string,
    namespace: string,
    labels: stringMap,
    annotations: stringMap,
    UID: string,
    creationTimestamp: { type: "time" },
    deletionGracePeriodSeconds: { type: "int64" },
    deletionTimestamp: { type: "time" },
    generation: { type: "int64" },
    resourceVersion: string,
    finalizers: strings,
  }),
  spec: object("kubernetes.NamespaceSpec", { finalizers: strings }),
  status: object("kubernetes.NamespaceStatus", { phase: string }),
});

/** The types of the variables that are not the objects themselves. Their fields are not escaped: request.namespace. */
export interface AdmissionTypes {
  readonly types: SchemaTypes;
  readonly request: Declared;
  readonly namespaceObject: Declared;
  /** Whoever asks; also what expressions of authentication know as `user`. */
  readonly userInfo: Declared;
}

/** Makes those types. */
export function admissionTypes(): AdmissionTypes {
  const types = new SchemaTypes((field) => field);
  return {
    types,
    request: types.declare("kubernetes.AdmissionRequest", requestSchema),
    namespaceObject: types.declare("kubernetes.Namespace", namespaceSchema),
    userInfo: types.declare("kubernetes.UserInfo", userInfoSchema),
  };
}
