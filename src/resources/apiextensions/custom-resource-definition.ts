import { setCondition } from "../../object/conditions.ts";
import { FieldPath } from "../../object/field-path.ts";
import { isObject, structIn, type ReadonlyJsonObject } from "../../object/json.ts";
import { quoteText } from "../../object/quote.ts";
import { FORMATS } from "../../schema/formats.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, objectsIn, stringIn, stringsIn } from "../../object/read.ts";
import { schemaOf, subschemas } from "./schema-parts.ts";
import { acceptedNamesFaults, definitionFaults, definitionNameFaults } from "./validate-definition.ts";
import { DEFAULT_SERVICE_PORT } from "../admissionregistration/webhook-client.ts";
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
      const status = structIn(object, "status");
      const stored = stringsIn(objectIn(old, "status"), "storedVersions");
      const storage = storageVersions(object);
      status["storedVersions"] = [...stored, ...storage.filter((version) => !stored.includes(version))];
    },
    validate: (object) => [...definitionNameFaults(object), ...definitionFaults(object)],
    validateUpdate: definitionFaults,
    warnings: (object) => unknownFormats(object).map((format) => `unrecognized format ${quoteText(format)}`),
    deletionFinalizers: [CLEANUP_FINALIZER],
    marksPlainly: true,
    markDeleted: (object, { now }) => {
      setCondition(structIn(object, "status"), {
        type: "Terminating",
        status: "True",
        lastTransitionTime: now,
        reason: "InstanceDeletionPending",
        message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
      });
    },
  },
  subresources: { status: { validateUpdate: acceptedNamesFaults } },
};

function applyDefaults(object: KubeObject): void {
  const spec = structIn(object, "spec");
  const names = structIn(spec, "names");
  const kind = stringIn(names, "kind");
  if (kind !== "" && !names["singular"]) names["singular"] = kind.toLowerCase();
  if (kind !== "" && !names["listKind"]) names["listKind"] = `${kind}List`;
  const conversion = isObject(spec["conversion"]) ? spec["conversion"] : (spec["conversion"] = { strategy: "None" });
  const { webhook } = conversion;
  const client = isObject(webhook) ? webhook["clientConfig"] : undefined;
  const service = isObject(client) ? client["service"] : undefined;
  if (isObject(service)) service["port"] ??= DEFAULT_SERVICE_PORT;
}

/** Formats that schemas name and nobody checks, each once. */
function unknownFormats(object: KubeObject): string[] {
  const found = new Set<string>();
  const walk = (schema: ReadonlyJsonObject, at: FieldPath): void => {
    const format = stringIn(schema, "format");
    if (format !== "" && !FORMATS.has(format) && !PLAIN_FORMATS.has(format)) found.add(format);
    for (const sub of subschemas(schema, at)) walk(sub.schema, sub.at);
  };
  for (const version of objectsIn(objectIn(object, "spec"), "versions")) {
    walk(schemaOf(version) ?? {}, FieldPath.root);
  }
  return [...found];
}

/** Formats of numbers, and of texts that may be anything. */
const PLAIN_FORMATS: ReadonlySet<string> = new Set(["int32", "int64", "float", "double", "password"]);

/** The version in which objects are stored, as a list: none in a definition that is not valid. */
function storageVersions(object: KubeObject): string[] {
  const storage = objectsIn(objectIn(object, "spec"), "versions").find((version) => version["storage"] === true);
  return storage === undefined ? [] : [stringIn(storage, "name")];
}
