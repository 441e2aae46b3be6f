import { isObject, type JsonObject } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { definitionChangeFaults, definitionFaults, definitionNameFaults } from "./validate-definition.ts";
import type { KindBehaviour } from "../definition.ts";

/** Holds a definition until its custom resources are gone. */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** What CustomResourceDefinitions do beyond the tables: names filled in, stored versions noted, deletion by steps. */
export const customResourceDefinition: KindBehaviour = {
  applyDefaults,
  strategy: {
    prepareForCreate: (object) => {
      object["status"] = { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: storageVersions(object) };
    },
    prepareForUpdate: (object, old) => {
      const status = memberOf(object, "status");
      const stored = stringsIn(objectIn(old, "status"), "storedVersions");
      const storage = storageVersions(object);
      status["storedVersions"] = [...stored, ...storage.filter((version) => !stored.includes(version))];
    },
    validate: (object) => [...definitionNameFaults(object), ...definitionFaults(object)],
    validateUpdate: definitionChangeFaults,
    deletionFinalizers: [CLEANUP_FINALIZER],
    marksPlainly: true,
    markDeleted: (object, { now }) => {
      const status = memberOf(object, "status");
      const conditions = Array.isArray(status["conditions"]) ? status["conditions"] : [];
      const terminating = {
        type: "Terminating",
        status: "True",
        lastTransitionTime: now,
        reason: "InstanceDeletionPending",
        message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
      };
      status["conditions"] = [...conditions.filter((one) => !isObject(one) || one["type"] !== "Terminating"), terminating];
    },
  },
  cells: { "Created At": ({ metadata }) => metadata.creationTimestamp ?? "<unknown>" },
};

function applyDefaults(object: KubeObject): void {
  const spec = memberOf(object, "spec");
  const names = memberOf(spec, "names");
  const kind = stringIn(names, "kind");
  if (kind !== "" && !names["singular"]) names["singular"] = kind.toLowerCase();
  if (kind !== "" && !names["listKind"]) names["listKind"] = `${kind}List`;
  const conversion = memberOf(spec, "conversion");
  conversion["strategy"] ||= "None";
  const service = objectIn(objectIn(conversion, "webhook"), "clientConfig")["service"];
  if (isObject(service)) service["port"] ??= 443;
}

/** The version in which objects are stored, as a list: none in a definition that is not valid. */
function storageVersions(object: KubeObject): string[] {
  const storage = objectsIn(objectIn(object, "spec"), "versions").find((version) => version["storage"] === true);
  return storage === undefined ? [] : [stringIn(storage, "name")];
}

function memberOf(parent: JsonObject, name: string): JsonObject {
  const member = parent[name];
  if (isObject(member)) return member;
  const made: JsonObject = {};
  parent[name] = made;
  return made;
}
