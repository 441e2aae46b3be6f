import { invalidField, notSupportedField, requiredField, type FieldError } from "../../object/field-error.ts";
import { FieldPath } from "../../object/field-path.ts";
import type { JsonValue } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { dns1035Label, dnsSubdomain, pathSegmentName } from "../../object/names.ts";
import { structAt } from "../../object/parts.ts";
import { quoteText } from "../../object/quote.ts";
import { booleanIn, isSet, numberIn, objectIn, objectsIn, stringIn } from "../../object/read.ts";
import { conditionOf } from "../../object/conditions.ts";
import { fields } from "../../validation/structure.ts";
import { optional } from "../../validation/presence.ts";
import type { KindBehaviour } from "../definition.ts";
import { keepOld, specAndMetadata } from "../keep-old.ts";
import { DEFAULT_SERVICE_PORT, servicePort } from "../admissionregistration/webhook-client.ts";
import { specAt } from "../spec-and-status.ts";

const MAX_GROUP_PRIORITY = 20000;
const MAX_VERSION_PRIORITY = 1000;
const CONDITION_STATUSES = ["True", "False", "Unknown"];

function apiServiceFaults(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const own = objectIn(object, "spec");
  const group = stringIn(own, "group");
  const version = stringIn(own, "version");
  checkName(object, `${version}.${group}`, faults);
  if (group === "" && version !== "v1") {
    faults.push(requiredField(specAt.child("group"), "only v1 may have an empty group and it better be legacy kube"));
  }
  if (group !== "") for (const message of dnsSubdomain(group)) faults.push(invalidField(specAt.child("group"), group, message));
  for (const message of dns1035Label(version)) faults.push(invalidField(specAt.child("version"), version, message));
  checkPriority(numberIn(own, "groupPriorityMinimum"), MAX_GROUP_PRIORITY, specAt.child("groupPriorityMinimum"), faults);
  checkPriority(numberIn(own, "versionPriority"), MAX_VERSION_PRIORITY, specAt.child("versionPriority"), faults);
  const bundle = Buffer.from(stringIn(own, "caBundle"), "base64").length;
  const insecure = booleanIn(own, "insecureSkipTLSVerify");
  const insecureAt = specAt.child("insecureSkipTLSVerify");
  if (!isSet(own, "service")) {
    if (bundle > 0) faults.push(invalidField(specAt.child("caBundle"), `${bundle} bytes`, "local APIServices may not have a caBundle"));
    if (insecure) faults.push(invalidField(insecureAt, true, "local APIServices may not have insecureSkipTLSVerify"));
    return faults;
  }
  const service = objectIn(own, "service");
  const place = specAt.child("service");
  if (stringIn(service, "namespace") === "") faults.push(requiredField(place.child("namespace")));
  if (stringIn(service, "name") === "") faults.push(requiredField(place.child("name")));
  fields({ port: optional(servicePort) })(service, place, faults, undefined);
  if (insecure && bundle > 0) faults.push(invalidField(insecureAt, true, "may not be true if caBundle is present"));
  return faults;
}

/** The name says what is served; a name that could not be one is told by the rules of metadata. */
function checkName({ metadata }: KubeObject, wanted: string, faults: FieldError[]): void {
  const { name = "" } = metadata;
  if (name === "" || name === wanted || pathSegmentName(name).length > 0) return;
  const detail = `must be \`spec.version+"."+spec.group\`: ${quoteText(wanted)}`;
  faults.push(invalidField("metadata.name", name, detail));
}

function checkPriority(value: number, max: number, at: FieldPath, faults: FieldError[]): void {
  if (value <= 0 || value > max) faults.push(invalidField(at, value, `must be positive and less than ${max}`));
}

function statusFaults(object: KubeObject): FieldError[] {
  const at = FieldPath.root.child("status").child("conditions");
  return objectsIn(objectIn(object, "status"), "conditions").flatMap((condition, i) => {
    const status = stringIn(condition, "status");
    return CONDITION_STATUSES.includes(status) ? [] : [notSupportedField(at.index(i).child("status"), status, CONDITION_STATUSES)];
  });
}

/** What the server itself serves needs no probing. */
function localCondition(now: string): JsonValue {
  return {
    type: "Available",
    status: "True",
    lastTransitionTime: now,
    reason: "Local",
    message: "Local APIServices are always available",
  };
}

/** What APIServices do beyond the tables. */
export const apiService: KindBehaviour = {
  applyDefaults: (object) => {
    const service = structAt(object, "spec", "service");
    if (service !== undefined) service["port"] ??= DEFAULT_SERVICE_PORT;
  },
  strategy: {
    nameRule: pathSegmentName,
    prepareForCreate: (object, { now }) => {
      if (!isSet(objectIn(object, "spec"), "service")) object["status"] = { conditions: [localCondition(now)] };
    },
    validate: apiServiceFaults,
    validateUpdate: apiServiceFaults,
  },
  subresources: {
    status: {
      prepareForUpdate: keepOld(specAndMetadata.filter((path) => path !== "metadata.deletionTimestamp")),
      validateUpdate: statusFaults,
    },
  },
  cells: {
    Service: (object) => {
      const own = objectIn(object, "spec");
      if (!isSet(own, "service")) return "Local";
      const service = objectIn(own, "service");
      return `${stringIn(service, "namespace")}/${stringIn(service, "name")}`;
    },
    Available: (object) => {
      const available = conditionOf(object, "Available");
      if (available === undefined) return "Unknown";
      const status = stringIn(available, "status");
      return status === "True" ? status : `${status} (${stringIn(available, "reason")})`;
    },
  },
};
